# SPDX-License-Identifier: MIT
# Declarations become roff: prototypes, calls, and the members of structs and enums.

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
		out = out (i > 1 ? ", \\%" : "") "\\fI" code(name_of(args[i])) "\\fR"
	print out ")"
}

function type_name(text,   name) {
	if (text ~ /^typedef [^{]*[(][*]/) {
		match(text, /\(\*[a-z_0-9]+\)/)
		return substr(text, RSTART + 2, RLENGTH - 3)
	}
	name = text
	sub(/[ \n]*[{;].*/, "", name)
	sub(/.* /, "", name)
	return name
}

# A struct's fields or an enum's constants, each with the comment beside or above it.
function write_members(text, separator,   at, c, item, next_note, before) {
	sub(/^[^{]*[{]/, "", text)
	sub(/[}][^}]*$/, "", text)
	item = next_note = ""
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
	item = code(item)
	gsub(/ supa_/, " \\%supa_", item)
	print ".TP\n\\fB" item "\\fR"
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
