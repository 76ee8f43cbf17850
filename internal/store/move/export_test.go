package move

// Tables are those that are moved, and why the others stay.
func Tables() (all map[string]bool, stay map[string]string) {
	all = map[string]bool{}
	for _, name := range moved {
		all[name] = true
	}
	return all, stays
}
