package traccar

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const serverPath = "/api/server"

// least is the oldest release that the adapter speaks to: since 6.7.0 (2025-05-22) errors are whole stack
// traces, of which the class and the place tell what happened; before that they were one line of another
// form (ResourceErrorHandler at v6.6 and v6.7.0).
const least = "6.7.0"

// checkRelease refuses a server that is older than the least, and an answer that is no server's. One that does not
// tell its version, as a build without a package does, is taken for a new one.
func checkRelease(ctx context.Context, send rest.Send) error {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: serverPath})
	if err != nil {
		return err
	}
	server, err := rest.Decode[object](a)
	if err != nil {
		return err
	}
	var said *string
	if server == nil || server["version"] != nil && json.Unmarshal(server["version"], &said) != nil {
		return a.Unconfirmed("the answer is none of Traccar's: it does not describe a server with a version in words", nil)
	}
	version, known := numbers(server.text("version"))
	lowest, _ := numbers(least)
	if !known || slices.Compare(version, lowest) >= 0 {
		return nil
	}
	return &tsp.Error{Class: tsp.Unsupported, Credential: "url", Own: true, Status: a.Status, Headers: a.Headers, Message: fmt.Sprintf(
		"the server is Traccar %s, and Waybill speaks to %s and later: update the server", server.text("version"), least)}
}

// numbers are those of a version such as 6.14.5; false if it is spelt in another way.
func numbers(version string) ([]int, bool) {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}
