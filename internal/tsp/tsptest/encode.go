package tsptest

import "strings"

// encode performs a draft in a world of its own and returns its requests, without what differs
// from session to session.
func (f form) encode(d draft) (string, error) {
	w := f.world(setup{})
	defer w.stop()
	_, calls, err := w.perform(w.write(f, d, 1))
	return w.unsigned(dump(calls)), err
}

// unsigned hides the session that a text of requests carries.
func (w *world) unsigned(text string) string {
	for _, secret := range w.vault.secrets() {
		text = strings.ReplaceAll(text, secret, "*****")
	}
	return text
}

// encoding is what a draft was encoded to.
type encoding struct {
	requests string
	err      error
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
