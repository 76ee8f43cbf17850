package samsara

// tag is a tag as Samsara's records show it. Tags are its groups: of vehicles, trailers and drivers.
type tag struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// groups are names by id, as the members of the read model that end in _groups hold them.
type groups map[string]string

// groupsOf turns tags, or roles, into groups; nil if there are none.
func groupsOf(tags ...tag) groups {
	var all groups
	for _, t := range tags {
		if t.ID == "" {
			continue
		}
		if all == nil {
			all = groups{}
		}
		all[t.ID] = t.Name
	}
	return all
}
