package api

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

const keyHeader = "Idempotency-Key"

// maxKey bounds an idempotency key, in characters. The key stands in an index of the store.
const maxKey = 255

// idempotencyKey returns the key of a write, nil if it has none. What a repetition must share
// is the method, the path, is_sync, strict, expires_in, verify and the body, byte for byte. dry_run is none of it, so that a
// preview tells what becomes of the write with its key.
func idempotencyKey(r *http.Request, who access.Principal, of operation.Request) (*operation.Key, error) {
	given := r.Header.Values(keyHeader)
	if len(given) == 0 {
		return nil, nil
	}
	key := given[0]
	if len(given) > 1 || key == "" || len(key) > maxKey || !printable(key) {
		return nil, problem.InvalidBody(wrong(keyHeader, key,
			"must be given once and have 1 to 255 printable ASCII characters, such as a UUID", resource.CodePattern))
	}
	return keyOf(who, key, fingerprint(r.Method, r.URL.Path, of)), nil
}

// fingerprint is a hash of what a repetition must share. A line of a batch has that of the same write by itself.
func fingerprint(method, path string, of operation.Request) []byte {
	h := sha256.New()
	// The parts cannot run into each other: by now whatever the path holds beside its literal
	// segments was read as a UUID.
	fmt.Fprintf(h, "%s %s %t", method, path, of.Sync)
	// Keys from before there was strict have none.
	if of.Strict {
		h.Write([]byte(" strict"))
	}
	h.Write([]byte("\n"))
	// No body begins like that.
	if of.Expires > 0 {
		fmt.Fprintf(h, "expires_in %s\n", of.Expires)
	}
	if of.Verify != nil {
		fmt.Fprintf(h, "verify %t\n", *of.Verify)
	}
	h.Write(of.Body)
	return h.Sum(nil)
}

// keyOf is a key by client within the partner: two programs of one partner need not agree on their keys.
func keyOf(who access.Principal, value string, fingerprint []byte) *operation.Key {
	return &operation.Key{Client: who.Client, Value: value, Fingerprint: fingerprint}
}

// printable tells whether a header's value is visible ASCII. What is not would be lost or changed by
// some proxy: the repetition of a write would count as another one.
func printable(value string) bool {
	return !strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' })
}
