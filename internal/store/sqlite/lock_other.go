//go:build !unix

package sqlite

import "fmt"

// lock refuses: without advisory locks a second process would run the same lanes.
func lock(path string) (func() error, error) {
	return nil, fmt.Errorf("%s cannot be kept from a second waybill on this system; "+
		"run it on Linux, macOS or a BSD, or in a container", path)
}
