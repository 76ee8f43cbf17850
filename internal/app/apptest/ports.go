package apptest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// FreeAddr returns an address of loopback that nobody listens on, as FreePorts does.
func FreeAddr(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", FreePorts(t, 1))
}

// FreePorts returns the first of some ports in a row that nobody listens on. They lie below those
// that systems give to outgoing connections: a binary that is started again and again must find its
// own free each time.
func FreePorts(t *testing.T, n int) int {
	t.Helper()
	for range 100 {
		first := 10_000 + rand.IntN(20_000)
		free := 0
		for free < n {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+free))
			if err != nil {
				break
			}
			l.Close()
			free++
		}
		if free == n {
			return first
		}
	}
	t.Fatal("no free ports were found")
	return 0
}
