package tsptest

// encode performs a draft in a world of its own and returns its requests.
func (f form) encode(d draft) (string, error) {
	w := f.world(setup{})
	defer w.stop()
	_, calls, err := w.perform(w.write(f, d, 1))
	return dump(calls), err
}

// encoded is encode, once for each draft.
func (f form) encoded(d draft, known map[string]encoding) (string, error) {
	one, ok := known[d.json()]
	if !ok {
		one.requests, one.err = f.encode(d)
		known[d.json()] = one
	}
	return one.requests, one.err
}

type encoding struct {
	requests string
	err      error
}
