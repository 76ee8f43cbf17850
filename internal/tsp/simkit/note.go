package simkit

import "maps"

// Changes is the collection of NoteChange.
const Changes = "changes"

// NoteChange keeps the history of updates in Changes, so that tests can check their order. A password is not kept.
func (tx *Tx) NoteChange(collection string, id any, patch Object) {
	if _, given := patch["password"]; given {
		patch = maps.Clone(patch)
		patch["password"] = redacted
	}
	tx.Add(Changes, Object{
		"collection": collection, "id": id, "patch": patch, "at": tx.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
	})
}

// Count counts one more of what the name stands for, from 1 on, and keeps the count in a collection, as
// {"last":n} under the name. A number that was given is not given again.
func (tx *Tx) Count(collection, name string) (int64, error) {
	var last int64
	if i, ok := tx.Get(collection, name); ok {
		last = Int(i.Object, "last")
	}
	return last + 1, tx.Put(collection, name, Object{"last": last + 1})
}
