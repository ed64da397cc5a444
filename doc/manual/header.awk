# SPDX-License-Identifier: MIT
# A header is read: its comments and declarations become items 1 to n, in the arrays kind, doc_of and decl, in
# their order; the comment of the file is `about`, the headers that it includes are `included`.

function read_header(path,   line, doc, has_doc, got) {
	has_doc = 0
	while ((got = (getline line < path)) > 0) {
		if (line ~ /^\/\*\*/) {
			doc = comment(path, line)
			has_doc = 1
			if (doc ~ /^@file/) {
				sub(/^@file\n*/, "", doc)
				about = doc
				has_doc = 0
			}
		} else if (line ~ /^\/\* ---- /) {
			sub(/^\/\* ---- /, "", line)
			sub(/ *\*\/$/, "", line)
			add("heading", "", line)
			has_doc = 0
		} else if (line ~ /^\/\*/) {
			comment(path, line)
		} else if (line ~ /^#include <supa\//) {
			sub(/^#include </, "", line)
			sub(/>.*/, "", line)
			included[++included_count] = line
		} else if (line ~ /^#[ \t]*define /) {
			macro(path, line, has_doc, doc)
			if (line !~ /_H$/)
				has_doc = 0
		} else if (line ~ /^(SUPA_API|typedef|enum|struct|static|inline)/) {
			declaration(path, line, has_doc, doc)
			has_doc = 0
		} else if (line == "") {
			after_macro = 0
		}
	}
	if (got < 0)
		fail("cannot be read")
	close(path)
}

function add(k, d, text) {
	n++
	kind[n] = k
	doc_of[n] = d
	decl[n] = text
}

# The inside of a comment that begins on this line, without its margin.
function comment(path, line,   text) {
	text = line
	while (line !~ /\*\//) {
		if ((getline line < path) <= 0)
			break
		text = text "\n" line
	}
	sub(/^\/\*+ ?\n?/, "", text)
	sub(/[ \n]*\*\/.*$/, "", text)
	gsub(/\n \* ?/, "\n", text)
	sub(/^ \* ?/, "", text)
	return text
}

# Macros that have a comment, and what initialises options. One comment may stand over several.
function macro(path, line, has_doc, doc,   name, next_line) {
	next_line = line
	while (next_line ~ /\\$/ && (getline next_line < path) > 0)
		;
	name = line
	sub(/^#[ \t]*define /, "", name)
	sub(/\\$/, "", name)
	if (match(name, /^[A-Za-z_0-9]+(\([^)]*\))?/))
		name = substr(name, 1, RLENGTH)
	if (name ~ /_H$/)
		return
	if (has_doc) {
		add("macro", doc, name)
		after_macro = 1
	} else if (after_macro) {
		decl[n] = decl[n] "\n" name
	} else if (name ~ /_INIT$/) {
		add("init", "", name)
	}
}

function without_comments(text,   from, to) {
	while ((from = index(text, "/*")) > 0) {
		to = index(substr(text, from), "*/")
		if (to == 0)
			break
		text = substr(text, 1, from - 1) substr(text, from + to + 1)
	}
	return text
}

function count_of(text, what,   copy) {
	copy = text
	return gsub(what, "", copy)
}

function declaration(path, line, has_doc, doc,   text, plain, open) {
	text = line
	for (;;) {
		plain = without_comments(text)
		open = count_of(plain, "[{]") - count_of(plain, "[}]")
		if (open == 0 && plain ~ /[;}][ \t]*$/)
			break
		if ((getline line < path) <= 0)
			break
		text = text "\n" line
	}
	if (plain ~ /^(static )?inline/) {
		sub(/\n?[{].*/, ";", plain)
		if (has_doc)
			add("function", doc, tidy(plain))
	} else if (plain ~ /^SUPA_API/) {
		if (!has_doc)
			fail("no comment: " tidy(plain))
		add("function", doc, tidy(plain))
	} else if (plain ~ /^typedef [^{]*[(][*]/) {
		add("callback", doc, tidy(plain))
	} else if (plain ~ /^(typedef )?(struct|enum|union)[^{]*[{]/) {
		if (has_doc)
			add(plain ~ /^(typedef )?enum/ ? "enum" : "struct", doc, text)
	} else if (plain ~ /^(typedef )?struct/) {
		add("opaque", has_doc ? doc : "", tidy(plain))
	}
}

# A declaration on one line, without what only compilers read.
function tidy(text) {
	gsub(/[ \t\n]+/, " ", text)
	gsub(/SUPA_API |SUPA_WARN_UNUSED |static inline |^inline /, "", text)
	gsub(/\( /, "(", text)
	gsub(/\* /, "*", text)
	sub(/ ;/, ";", text)
	sub(/ $/, "", text)
	return text
}
