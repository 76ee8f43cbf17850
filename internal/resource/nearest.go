package resource

// Nearest returns the known name that a misspelt one most likely meant, or "".
func Nearest(name string, known []string) string {
	best, bound := "", len(name)/3+1
	if len(name) > 64 {
		return ""
	}
	for _, k := range known {
		if d := distance(name, k); d <= bound {
			best, bound = k, d-1
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
