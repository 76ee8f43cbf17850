//go:build !unix

package sqlite

// Lock does nothing where there are no advisory locks; run one process per file.
func Lock(string) (func() error, error) { return func() error { return nil }, nil }
