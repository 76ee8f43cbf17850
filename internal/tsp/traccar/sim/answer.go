package sim

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// failure is a Java exception on its way to the caller.
type failure struct {
	status int
	class  string
	text   string
	// cause is the exception inside a WebApplicationException, whose own text is only the status, and causeAt its frames.
	cause, causeAt string
	// at are the frames of a place that the text alone does not tell.
	at string
	// bare says that the answer is the text alone, not a stack trace.
	bare bool
}

func (f *failure) Error() string { return f.class + ": " + f.text }

// security is a refusal for lack of rights. Traccar has no 403: this is 400 as well (api/ResourceErrorHandler).
func security(text string) *failure {
	return &failure{status: http.StatusBadRequest, class: "java.lang.SecurityException", text: text}
}

// runtime is an exception of Java that the server does not catch, of a class in java.lang.
func runtime(class, text string) *failure {
	return &failure{status: http.StatusBadRequest, class: "java.lang." + class, text: text}
}

// nullPointer is what becomes of a reference to something that is not there.
func nullPointer(method, variable string) *failure {
	return runtime("NullPointerException", fmt.Sprintf("Cannot invoke \"%s\" because \"%s\" is null", method, variable))
}

// web is an exception with a status of its own, as JAX-RS has them.
func web(status int) *failure {
	class := map[int]string{
		http.StatusBadRequest: "BadRequestException", http.StatusNotFound: "NotFoundException",
		http.StatusMethodNotAllowed: "NotAllowedException", http.StatusUnsupportedMediaType: "NotSupportedException",
	}[status]
	if class == "" {
		class = "WebApplicationException"
	}
	text := fmt.Sprintf("HTTP %d %s", status, http.StatusText(status))
	return &failure{status: status, class: "jakarta.ws.rs." + class, text: text}
}

// jackson is a body that does not fit the class that it is read into. The JSON library answers it itself, with the bare
// text (observed: traccar/traccar issues 2588 and 3672 show such answers).
func jackson(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, text: fmt.Sprintf(format, args...), bare: true}
}

// thrown is what became of a refusal in the server. A refusal of content that no exception stands for is the kit's, of a
// parameter that is not served.
func (s *service) thrown(no *simkit.Refusal) *failure {
	if broken, ok := errors.AsType[*violation](no); ok {
		return broken.failure(s.dialect())
	}
	if f, ok := errors.AsType[*failure](no); ok {
		return f
	}
	if no.Invalid {
		return runtime("IllegalArgumentException", no.Message)
	}
	return web(no.Status)
}

// refuse writes a refusal as the server does, or as a proxy in front of it where the server never has that status. Its
// type is the one that the method of the resource declares for its success, although the body is no JSON:
// ResourceErrorHandler sets none, and Jersey takes it from @Produces. What it is without a method was not found out.
func (s *service) refuse(w http.ResponseWriter, c *simkit.Call, no *simkit.Refusal) {
	switch no.Status {
	case http.StatusTooManyRequests:
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "1")
		}
		fallthrough
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		simkit.WriteText(w, no.Status, no.Message)
		return
	}
	if w.Header().Get("Allow") != "" {
		w.Header().Set("Allow", s.allowed(c.Request))
	}
	allowBrowsers(w.Header(), c.Request)
	f := s.thrown(no)
	fault := c.Answer == nil
	unmatched := !fault && (c.Name == "" || f.status == http.StatusUnsupportedMediaType)
	w.Header().Set("Content-Type", "application/json")
	if f.bare || unmatched {
		w.Header().Set("Content-Type", "text/plain")
	}
	simkit.WriteText(w, f.status, f.trace())
}

// partial is what a handler answers that failed after something was done that stays done.
type partial struct{ err error }

// answer writes a success. A text is no JSON although its type says so: a method that returns a String writes it as it
// is.
func (s *service) answer(w http.ResponseWriter, c *simkit.Call, body any) {
	switch b := body.(type) {
	case nil:
		if c.Status == http.StatusOK {
			c.Status = http.StatusNoContent
		}
	case partial:
		s.refuse(w, c, &simkit.Refusal{Cause: b.err})
		return
	case string:
		w.Header().Set("Content-Type", "application/json")
		simkit.WriteText(w, c.Status, b)
		return
	}
	simkit.WriteJSON(w, c.Status, body)
}
