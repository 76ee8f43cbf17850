package move

// River is how the names of the tables begin that belong to River.
const River = river

// Tables are those that are moved, and why the others stay.
func Tables() (all map[string]bool, stay map[string]string) {
	all = map[string]bool{}
	for _, name := range moved {
		all[name] = true
	}
	return all, stays
}
