# SPDX-License-Identifier: MIT
# A page of the manual, section 3, made of a public header: its own comments and declarations, in their order.
#
#   awk -f manual.awk -v version=V -v include=DIR -v aliases=FILE supa/query.h > supa_query.3
#
# The header's path is relative to DIR. The names that lead to the page (functions, types) are appended to
# FILE, when there is one, as "NAME PAGE" lines. An exported function without a comment is an error.

BEGIN {
	header = ARGV[1]
	page = page_of(header)
	read_header(include "/" header)
	write_page()
	exit failed
}

function page_of(path,   name) {
	name = path
	sub(/.*\//, "", name)
	sub(/\.h$/, "", name)
	return name == "supa" ? "supa" : "supa_" name
}

function fail(what) {
	print header ": " what > "/dev/stderr"
	failed = 1
}

# ---- Reading: comments and declarations become items 1 to n, in parallel arrays: kind, doc, decl.

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
		if (open == 0 && plain ~ /(;|})[ \t]*$/)
			break
		if ((getline line < path) <= 0)
			break
		text = text "\n" line
	}
	if (plain ~ /^(static )?inline/) {
		sub(/\n?{.*/, ";", plain)
		if (has_doc)
			add("function", doc, tidy(plain))
	} else if (plain ~ /^SUPA_API/) {
		if (!has_doc)
			fail("no comment: " tidy(plain))
		add("function", doc, tidy(plain))
	} else if (plain ~ /^typedef [^{]*\(\*/) {
		add("callback", doc, tidy(plain))
	} else if (plain ~ /^(typedef )?(struct|enum|union)[^{]*{/) {
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

# ---- Words for roff.

function escaped(text) {
	gsub(/\\/, "\\e", text)
	gsub(/…/, "\\\\\\&...", text)
	gsub(/−/, "\\-", text)
	gsub(/–/, "\\(en", text)
	gsub(/±/, "\\(+-", text)
	return text
}

function code(text) {
	text = escaped(text)
	gsub(/\\-/, "-", text)
	gsub(/-/, "\\-", text)
	gsub(/'/, "\\(aq", text)
	gsub(/`/, "\\(ga", text)
	gsub(/\^/, "\\(ha", text)
	gsub(/~/, "\\(ti", text)
	return text
}

# A paragraph: `code` and names of the interface bold, parameters italic.
function prose(text,   out, word, close_at) {
	out = ""
	while (match(text, /`|@p [A-Za-z_0-9]+|[Ss][Uu][Pp][Aa]_[A-Za-z_0-9]*[A-Za-z0-9](\.[a-z_]+)?/)) {
		out = out escaped(substr(text, 1, RSTART - 1))
		word = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (word == "`") {
			close_at = index(text, "`")
			if (close_at == 0)
				close_at = length(text) + 1
			out = out "\\fB" code(substr(text, 1, close_at - 1)) "\\fR"
			text = substr(text, close_at + 1)
		} else if (word ~ /^@p /) {
			out = out "\\fI" code(substr(word, 4)) "\\fR"
		} else {
			out = out "\\fB\\%" code(word) "\\fR"
		}
	}
	return wrapped(out escaped(text))
}

# Lines of a source that a person may want to read. None begins as a request would.
function wrapped(text,   words, count, i, out, width) {
	count = split(text, words, " ")
	out = ""
	width = 0
	for (i = 1; i <= count; i++) {
		if (i > 1 && width + length(words[i]) > 78) {
			out = out "\n"
			width = 0
		} else if (i > 1) {
			out = out " "
			width++
		}
		if (width == 0 && words[i] ~ /^[.']/)
			out = out "\\&"
		out = out words[i]
		width += length(words[i])
	}
	return out
}

# A comment's text: paragraphs, examples (set in by four), @param and @return. The text before which a
# paragraph macro is needed is known by `begun`.
function write_doc(text, begun,   lines, count, i, line, par, mode, names, at, blank) {
	count = split(text, lines, "\n")
	par = ""
	mode = "text"
	blank = 1
	for (i = 1; i <= count; i++) {
		line = lines[i]
		if (line ~ /^[ \t]*$/) {
			begun = flush(par, mode, begun)
			par = ""
			if (mode == "code")
				print ".fi\n.RE"
			mode = "text"
			blank = 1
			continue
		}
		if (mode == "code" || (blank && line ~ /^    /)) {
			if (mode != "code") {
				print ".PP\n.RS 4\n.nf"
				mode = "code"
			}
			sub(/^    /, "", line)
			print code_line(line)
			begun = 1
			if (i < count && lines[i + 1] == "" && lines[i + 2] ~ /^    /) {
				print ""
				i++
			}
			continue
		}
		blank = 0
		if ((at = index(line, "@return")) > 0) {
			par = par (par == "" ? "" : " ") substr(line, 1, at - 1)
			begun = flush(par, mode, begun)
			mode = "return"
			par = substr(line, at + 8)
		} else if (line ~ /^@param /) {
			begun = flush(par, mode, begun)
			line = substr(line, 8)
			match(line, /^[a-z_0-9]+(, [a-z_0-9]+)*/)
			names = substr(line, 1, RLENGTH)
			mode = "param " names
			par = substr(line, RLENGTH + 1)
		} else {
			par = par "\n" line
		}
	}
	flush(par, mode, begun)
	if (mode == "code")
		print ".fi\n.RE"
}

function code_line(line) {
	line = code(line)
	return line ~ /^[.']/ ? "\\&" line : line
}

function flush(par, mode, begun) {
	gsub(/[ \t\n]+/, " ", par)
	sub(/^ /, "", par)
	sub(/ $/, "", par)
	if (par == "")
		return begun
	if (mode == "return") {
		print ".TP\nReturns"
	} else if (mode ~ /^param /) {
		sub(/^param /, "", mode)
		gsub(/, /, "\\fR, \\fI", mode)
		print ".TP\n\\fI" mode "\\fR"
	} else if (begun) {
		print ".PP"
	}
	print prose(par)
	return 1
}

# ---- Declarations.

# Splits a list at its commas, but for those inside of brackets.
function arguments_of(text, out,   i, c, depth, count, part) {
	count = depth = 0
	part = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "(")
			depth++
		if (c == ")")
			depth--
		if (c == "," && depth == 0) {
			out[++count] = part
			part = ""
			continue
		}
		if (part != "" || c != " ")
			part = part c
	}
	if (part != "" && part != "void")
		out[++count] = part
	return count
}

function function_name(text) {
	sub(/\(.*/, "", text)
	sub(/.*[ *]/, "", text)
	return text
}

# Where the name of an argument begins, and its length, as match does.
function match_name(arg) {
	if (match(arg, /\(\*[a-z_0-9]+\)/)) {
		RSTART += 2
		RLENGTH -= 3
	} else {
		match(arg, /[A-Za-z_0-9]+(\[[A-Za-z_0-9]*\])?$/)
	}
	return RSTART
}

function name_of(arg,   name) {
	match_name(arg)
	name = substr(arg, RSTART, RLENGTH)
	sub(/\[.*/, "", name)
	return name
}

function inside(text,   first) {
	first = index(text, "(")
	text = substr(text, first + 1)
	sub(/\);?$/, "", text)
	return text
}

# A prototype over as many lines as it needs, for no-fill mode.
function write_prototype(text,   head, args, count, i, line, width, rest, arg) {
	head = substr(text, 1, index(text, "("))
	count = arguments_of(inside(text), args)
	width = length(head)
	line = "\\fB" code(head)
	sub(/<\*/, "(*", line) # of a callback
	sub(/>\($/, ")(", line)
	if (count == 0)
		line = line (text ~ /\(void\)/ ? "void" : "")
	for (i = 1; i <= count; i++) {
		arg = args[i]
		rest = i < count ? ", " : ");"
		if (width + length(arg) + 2 > 72 && width > 4) {
			sub(/ $/, "", line)
			print line "\\fR"
			line = "\\fB    "
			width = 4
		}
		width += length(arg) + 2
		match_name(arg)
		line = line code(substr(arg, 1, RSTART - 1)) "\\fI" substr(arg, RSTART, RLENGTH) "\\fB" \
			code(substr(arg, RSTART + RLENGTH)) (i < count ? rest : "")
	}
	print line ");\\fR"
}

# The call, by the names of its arguments: what a reader looks for.
function write_call(text,   args, count, i, out) {
	count = arguments_of(inside(text), args)
	out = "\\fB" function_name(text) "\\fR("
	for (i = 1; i <= count; i++)
		out = out (i > 1 ? ", " : "") "\\fI" code(name_of(args[i])) "\\fR"
	print out ")"
}

function type_name(text,   name) {
	if (text ~ /^typedef [^{]*\(\*/) {
		match(text, /\(\*[a-z_0-9]+\)/)
		return substr(text, RSTART + 2, RLENGTH - 3)
	}
	name = text
	sub(/[ \n]*[{;].*/, "", name)
	sub(/.* /, "", name)
	return name
}

# A struct's fields or an enum's constants, each with the comment beside or above it.
function write_members(text, separator,   at, c, item, note, next_note, before) {
	sub(/^[^{]*{/, "", text)
	sub(/}[^}]*$/, "", text)
	item = note = next_note = ""
	while (text != "") {
		if (match(text, /^[ \t\n]+/)) {
			text = substr(text, RLENGTH + 1)
			if (item != "")
				item = item " "
			continue
		}
		if (substr(text, 1, 2) == "/*") {
			at = index(text, "*/")
			before = substr(text, 1, at - 1)
			text = substr(text, at + 2)
			if (before ~ /^\/\*\*</) {
				sub(/^\/\*\*< */, "", before)
				gsub(/[ \t]*\n[ \t]*/, " ", before)
				if (item ~ /[^ ]/) { # the last constant has no comma
					write_member(item, next_note)
					item = next_note = ""
				}
				print prose_at_once(before)
				noted = 1
			} else if (before ~ /^\/\*\*/) {
				sub(/^\/\*\* */, "", before)
				gsub(/[ \t]*\n[ \t]*\*?[ \t]*/, " ", before)
				next_note = before
			}
			continue
		}
		c = substr(text, 1, 1)
		text = substr(text, 2)
		if (c == separator && count_of(item, "[(]") == count_of(item, "[)]") || c == "{") {
			write_member(item (c == "{" ? "{" : ""), next_note)
			item = next_note = ""
		} else {
			item = item c
		}
	}
	if (item ~ /[^ ]/)
		write_member(item, next_note)
	end_member()
}

# What stands beside a member follows at once; a member without a word is given an empty one.
function write_member(item, note) {
	sub(/^ +/, "", item)
	sub(/ +$/, "", item)
	end_member()
	if (item ~ /^reserved|[ ]reserved(_[a-z0-9]+)?(\[|$)/) {
		noted = 1
		return
	}
	print ".TP\n\\fB" code(item) "\\fR"
	noted = 0
	if (note != "") {
		print prose_at_once(note)
		noted = 1
	}
	member_open = 1
}

function end_member() {
	if (member_open && !noted)
		print "\\&"
	member_open = 0
}

function prose_at_once(text) {
	sub(/ +$/, "", text)
	return prose(text)
}

# ---- Writing.

function first_sentence(text,   at) {
	gsub(/\n/, " ", text)
	at = match(text, /(\. |\.$|:  *[a-z_]+ \*|: *$)/)
	if (at > 0)
		text = substr(text, 1, at - 1)
	sub(/\n\n.*/, "", text)
	sub(/[.:] *$/, "", text)
	return tolower(substr(text, 1, 1)) substr(text, 2)
}

function about_of(path,   line, text, got) {
	text = ""
	while ((getline line < path) > 0)
		if (line ~ /@file/)
			break
	while ((getline line < path) > 0 && line ~ /^ \* ?[^ \/]/) {
		sub(/^ \* ?/, "", line)
		text = text (text == "" ? "" : " ") line
	}
	close(path)
	return first_sentence(text)
}

function write_page(   i, paragraph) {
	print ".\\\" Made from " header " by manual.awk: change that one."
	print ".\\\" SPDX-License-Identifier: MIT"
	print ".TH " toupper(page) " 3 \"\" \"libsupa " version "\" \"libsupa\""
	print ".SH NAME"
	paragraph = about
	sub(/\n\n.*/, "", paragraph)
	print page " \\- " prose_of_name(first_sentence(paragraph))
	print ".SH SYNOPSIS\n.nf\n.B #include <" header ">"
	write_synopsis()
	print ".fi\n.SH DESCRIPTION"
	write_doc(about, 0)
	if (page == "supa")
		write_headers()
	write_items()
	write_end()
}

# Names in NAME are read by makewhatis: no fonts.
function prose_of_name(text) {
	gsub(/`|@p /, "", text)
	return escaped(text)
}

function write_synopsis(   i, first) {
	first = 1
	for (i = 1; i <= n; i++) {
		if (kind[i] == "opaque") {
			print (first ? ".PP\n" : "") "\\fB" code(decl[i]) "\\fR"
			first = 0
		}
	}
	first = 1
	for (i = 1; i <= n; i++) {
		if (kind[i] == "macro" && decl[i] ~ /\(/) {
			print (first ? ".PP\n" : "") "\\fB" code(decl[i]) "\\fR"
		} else if (kind[i] == "function") {
			if (first)
				print ".PP"
			write_prototype(decl[i])
		} else {
			continue
		}
		first = 0
	}
}

function write_headers(   i) {
	for (i = 1; i <= included_count; i++)
		print ".TP\n.BR " page_of(included[i]) " (3)\n" prose(about_of(include "/" included[i]))
}

function write_items(   i, begun, after_heading, headed) {
	begun = 0
	for (i = 1; i <= n; i++) {
		if (kind[i] == "opaque" && doc_of[i] == "")
			continue
		if (!begun)
			print ".SH FUNCTIONS AND TYPES"
		after_heading = !begun
		begun = 1
		if (kind[i] != "heading") {
			write_item(i, after_heading || headed)
			headed = 0
			continue
		}
		sub(/\.$/, "", decl[i])
		print ".SS " prose(decl[i])
		headed = 1
	}
	if (about doc_text() ~ /(ARGUMENT|NO_MEMORY|NO_ROWS|CANCELLED|MALFORMED|CONFLICT|HOST_REFUSED|BUSY)/) {
		print ".SH ERRORS"
		print "Codes stand here without their prefix \\fBSUPA_ERROR_\\fR;\n.BR supa_error (3)\nlists them."
	}
}

function doc_text(   i, text) {
	text = ""
	for (i = 1; i <= n; i++)
		text = text doc_of[i]
	return text
}

function write_item(i, after_heading,   name, lines, count, j) {
	if (kind[i] == "init")
		return
	if (!after_heading)
		print ".PP"
	if (kind[i] == "function") {
		write_call(decl[i])
		alias(function_name(decl[i]))
	} else if (kind[i] == "macro") {
		count = split(decl[i], lines, "\n")
		for (j = 1; j <= count; j++)
			print (j > 1 ? ".br\n" : "") "\\fB" code(lines[j]) "\\fR"
	} else if (kind[i] == "callback") {
		print ".nf"
		write_prototype(callback_prototype(decl[i]))
		print ".fi"
		alias(type_name(decl[i]))
	} else {
		name = type_name(decl[i])
		print (kind[i] == "enum" ? "enum " : "struct ") "\\fB" name "\\fR"
		alias(name)
	}
	print ".RS 4"
	write_doc(doc_of[i], 0)
	if (kind[i] == "struct" || kind[i] == "enum")
		write_members(decl[i], kind[i] == "enum" ? "," : ";")
	print ".RE"
}

# "typedef void (*name)(…);" with its first brackets out of the way of the splitting; write_prototype puts
# them back.
function callback_prototype(text) {
	sub(/\(\*/, "<*", text)
	sub(/\)\(/, ">(", text)
	return text
}

function alias(name) {
	if (aliases != "" && name != page && !(name in aliased)) {
		aliased[name] = 1
		print name, page >> aliases
	}
}

function write_end(   i, list, other) {
	print ".SH SEE ALSO"
	list = ""
	for (i = 1; i <= included_count; i++) {
		other = page_of(included[i])
		if (other != "supa_export" && other != page)
			list = list ".BR " other " (3),\n"
	}
	print list ".BR supa (7)"
}
