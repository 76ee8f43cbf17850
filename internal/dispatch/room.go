package dispatch

// room is a number of places with their owners. An owner may hold as many as are free, so that something is
// always left for the next one: one alone holds half of all, two a third each. Where owners are in groups,
// that is so of groups, and an owner may hold as many as its group may take still.
type room struct {
	places, taken int
	groups        map[string]int
	owners        map[Owner]int
}

func newRoom(places int) room {
	return room{places: max(places, 1), groups: map[string]int{}, owners: map[Owner]int{}}
}

func (r *room) open(o Owner) bool {
	free := r.places - r.taken
	if o.Group != "" {
		free -= r.groups[o.Group]
	}
	return r.owners[o] < free
}

func (r *room) take(o Owner, n int) {
	r.taken += n
	if r.owners[o] += n; r.owners[o] == 0 {
		delete(r.owners, o)
	}
	if o.Group == "" {
		return
	}
	if r.groups[o.Group] += n; r.groups[o.Group] == 0 {
		delete(r.groups, o.Group)
	}
}
