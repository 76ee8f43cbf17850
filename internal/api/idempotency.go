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

// maxKey bounds an idempotency key, in characters.
const maxKey = 255

// idempotencyKey returns the key of a write, nil if it has none. What a repetition must share
// is the method, the path, is_sync and the body, byte for byte.
func idempotencyKey(r *http.Request, who access.Principal, body []byte, sync bool) (*operation.Key, error) {
	given := r.Header.Values(keyHeader)
	if len(given) == 0 {
		return nil, nil
	}
	key := given[0]
	printable := !strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' })
	if len(given) > 1 || key == "" || len(key) > maxKey || !printable {
		return nil, problem.InvalidBody(wrong(keyHeader, key,
			"must be given once and have 1 to 255 printable ASCII characters, such as a UUID", resource.CodePattern))
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %t\n", r.Method, r.URL.Path, sync)
	h.Write(body)
	return &operation.Key{Client: who.Client, Value: key, Fingerprint: h.Sum(nil)}, nil
}
