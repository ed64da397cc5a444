# SPDX-License-Identifier: MIT
# The fenced blocks of a guide, each in a file DIR/NAME.NUMBER.LANGUAGE. A block behind a comment
# `<!-- not run: why -->` gets the further ending .not; of an `output` block, which is what the block before it
# prints, the number is that block's.
FNR == 1 { number = 0; language = ""; unrun = 0 }
/^<!-- not run: / { unrun = 1; next }
/^```/ && language == "" {
	language = substr($0, 4)
	if (language == "")
		language = "text"
	if (language != "output")
		number++
	file = sprintf("%s/%s.%03d.%s%s", dir, name, number, language, unrun ? ".not" : "")
	printf "" > file
	next
}
/^```/ { close(file); language = ""; unrun = 0; next }
language != "" { print > file }
