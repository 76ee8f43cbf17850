//go:build unix && !linux

package postgrestest

// freeIn is 0: where files are kept in memory is known of Linux alone.
func freeIn(string) uint64 { return 0 }
