# SPDX-License-Identifier: MIT
# Comments become roff: names bold, parameters italic, examples as they are, @param and @return as lists.

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
			out = out "\\fB\\%" code(substr(text, 1, close_at - 1)) "\\fR"
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
		if (index(words[i], "\\%") > 0) { # elsewhere in a word it would be a place to break
			gsub(/\\%/, "", words[i])
			words[i] = "\\%" words[i]
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
