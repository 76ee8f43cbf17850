package demo

import (
	"net"
	"testing"
)

func TestTheDemoKnowsWhereOthersReachIt(t *testing.T) {
	t.Parallel()
	for addr, is := range map[string]bool{"127.0.0.1:80": false, "[::1]:80": false, "0.0.0.0:80": true, "[::]:80": true, "10.1.2.3:80": true} {
		at, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil || public(at) != is {
			t.Errorf("%s: %v, %v", addr, public(at), err)
		}
	}
}
