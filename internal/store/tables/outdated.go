package tables

import (
	"regexp"
	"strings"
)

// changing finds what a statement changes: how, and in which table.
var changing = regexp.MustCompile(`(?i)\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE)\s+(\w+)`)

// outdatedBy tells what of known is outdated by a statement, from its text: rather too much than too little.
func outdatedBy(query string) (all sources) {
	for _, at := range changing.FindAllStringSubmatchIndex(query, -1) {
		how, table := strings.ToUpper(query[at[2]:at[3]]), query[at[4]:at[5]]
		if how != "UPDATE" {
			all |= changedBy(table, "")
			continue
		}
		for _, column := range columnsSet(query[at[1]:]) {
			all |= changedBy(table, column)
		}
	}
	return all
}

// words finds in the rest of an UPDATE what its columns are told from.
var words = regexp.MustCompile(`\w+|[(),=]`)

// columnsSet are the columns that an UPDATE sets, from what stands behind its table: the words in front of
// what is given to each, outside of parentheses.
func columnsSet(rest string) (columns []string) {
	depth, last, begins := 0, "", false
	for _, word := range words.FindAllString(rest, -1) {
		switch upper := strings.ToUpper(word); {
		case word == "(":
			depth++
		case word == ")":
			depth--
		case depth > 0:
		case upper == "WHERE", upper == "FROM", upper == "RETURNING":
			return columns
		case upper == "SET", word == ",":
			begins = true
		case word == "=" && begins && last == ")":
			// Several at once may be any.
			columns, begins = append(columns, ""), false
		case word == "=" && begins:
			columns, begins = append(columns, last), false
		}
		last = word
	}
	return columns
}
