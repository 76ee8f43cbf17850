package sim

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// allowBrowsers sets the CORS headers without which Geotab's JavaScript client does not work in a browser.
func allowBrowsers(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Accept, Accept-Encoding")
	h.Set("Access-Control-Expose-Headers", "X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset, Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
}

// answer writes a success. Calls without a result are Set, Remove and ExtendSession.
func answer(w http.ResponseWriter, c *simkit.Call, result any) {
	if result == nil {
		envelope(w, c.Status, "requestIndex", int64(0))
		return
	}
	envelope(w, c.Status, "result", result)
}

// refuse writes an exception, which goes out with status 200, or a page of the server in front of Geotab.
func (s *service) refuse(w http.ResponseWriter, c *simkit.Call, no *simkit.Refusal) {
	kind, message := thrown(no)
	if kind == "" {
		page(w, no.Status)
		return
	}
	status := http.StatusOK
	if no.Status == http.StatusTooManyRequests {
		maps.Copy(w.Header(), c.Answer)
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", strconv.Itoa(defaultRetry))
		}
		if s.Host.On(status429) {
			status = no.Status
		}
	}
	// Both shapes of an error: data, and the deprecated members that clients still read.
	envelope(w, status, "error", simkit.Object{
		"code": int64(cmp.Or(no.Code, codeGeneral)), "message": message,
		"data": simkit.Object{"id": uuid.NewString(), "type": string(kind), "requestIndex": int64(callerOf(c).at)},
		"name": "JSONRPCError",
		"errors": []any{simkit.Object{
			"name": string(kind), "message": message, "stackTrace": "   at Geotab.Checkmate.Simulator.Call()",
		}},
	})
}

func envelope(w http.ResponseWriter, status int, member string, v any) {
	allowBrowsers(w.Header())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	simkit.WriteJSON(w, status, simkit.Object{"jsonrpc": "2.0", member: v})
}

// page is what the server in front of Geotab answers.
func page(w http.ResponseWriter, status int) {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	allowBrowsers(w.Header())
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST, OPTIONS")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	simkit.WriteText(w, status, "<html><head><title>"+title+"</title></head><body><h1>"+title+"</h1></body></html>\n")
}
