package tsptest

import "github.com/google/go-cmp/cmp"

// difference shows how two texts differ.
func difference(want, got string) string { return cmp.Diff(want, got) }
