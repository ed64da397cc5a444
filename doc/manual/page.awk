# SPDX-License-Identifier: MIT
# A page of the manual, section 3, made of a public header: its own comments and declarations, in their order.
#
#   awk -f page.awk -f header.awk -f words.awk -f declarations.awk -v version=V -v folder=DIR -v aliases=FILE \
#       supa/query.h > supa_query.3
#
# The header's path is relative to DIR. The names that lead to the page (functions, types) are appended to
# FILE, when there is one, as "NAME PAGE" lines. An exported function without a comment is an error.

BEGIN {
	header = ARGV[1]
	page = page_of(header)
	read_header(folder "/" header)
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

function first_sentence(text,   at) {
	gsub(/\n/, " ", text)
	at = match(text, /\.( |$)/)
	if (at > 0)
		text = substr(text, 1, at - 1)
	sub(/: *$/, "", text)
	return tolower(substr(text, 1, 1)) substr(text, 2)
}

function about_of(path,   line, text) {
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

function write_page(   paragraph) {
	print ".\\\" Made from " header " by doc/manual/page.awk: change that one."
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
		print ".TP\n.BR " page_of(included[i]) " (3)\n" prose(about_of(folder "/" included[i]))
}

function write_items(   i, begun, after_heading, headed) {
	begun = headed = 0
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
