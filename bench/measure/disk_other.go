//go:build !linux

package measure

import (
	"errors"
	"time"
)

// SyncTime is measured on Linux alone.
func SyncTime(string) (time.Duration, error) { return 0, errors.ErrUnsupported }
