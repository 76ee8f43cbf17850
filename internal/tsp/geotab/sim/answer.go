package sim

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// nothing is the result of a call that succeeds without one: Set and Remove.
type nothing struct{}

// allowBrowsers sets the CORS headers without which Geotab's JavaScript client does not work in a browser.
func allowBrowsers(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Accept, Accept-Encoding")
	h.Set("Access-Control-Expose-Headers", "X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset, Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
}

// answer writes the end of a call. Exceptions go out with status 200.
func (s *service) answer(w http.ResponseWriter, c *call, result any, err error) {
	body := simkit.Object{"jsonrpc": "2.0"}
	status := http.StatusOK
	switch _, none := result.(nothing); {
	case err != nil:
		e := exceptionOf(err)
		body["error"] = showException(e)
		if e.retryAfter > 0 {
			c.quota.tell(w.Header())
			status = s.refuseRate(w.Header(), e)
		}
	case none:
		body["requestIndex"] = int64(0)
		c.quota.tell(w.Header())
	default:
		body["result"] = result
		c.quota.tell(w.Header())
	}
	data, err := simkit.Marshal(body)
	if err != nil {
		page(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// refuseRate sets Retry-After unless a fault has set it, and returns the status.
func (s *service) refuseRate(h http.Header, e *exception) int {
	if h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.FormatInt(e.retryAfter, 10))
	}
	if s.host.On(status429) {
		return http.StatusTooManyRequests
	}
	return http.StatusOK
}

// showException has both shapes of an error: error.data, and the deprecated members that clients still read.
func showException(e *exception) simkit.Object {
	return simkit.Object{
		"code": int64(e.code), "message": e.message,
		"data": simkit.Object{"id": uuid.NewString(), "type": e.kind, "requestIndex": int64(e.index)},
		"name": "JSONRPCError",
		"errors": []any{simkit.Object{
			"name": e.kind, "message": e.message, "stackTrace": "   at Geotab.Checkmate.Simulator.Call()",
		}},
	}
}

// page is what the server in front of Geotab answers.
func page(w http.ResponseWriter, status int) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><head><title>"+title+"</title></head><body><h1>"+title+"</h1></body></html>\n")
}
