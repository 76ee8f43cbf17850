//go:build unix && !linux && !darwin

package sqlite

import "os"

// lockOpen takes no lock: the one that these systems have for an open file is the driver's own,
// over the whole of it. They rely on the file beside the database; if that is removed while the
// service runs, a second one may start, and the first stops as soon as it notices, within a second.
func lockOpen(*os.File) error { return nil }

func unlockOpen(*os.File) error { return nil }
