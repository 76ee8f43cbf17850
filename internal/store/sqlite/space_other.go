//go:build !linux && !darwin && !freebsd

package sqlite

// freeAt is not known here.
func freeAt(string) (int64, error) { return -1, nil }
