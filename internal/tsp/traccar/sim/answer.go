package sim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// failure is a Java exception on its way to the caller.
type failure struct {
	status int
	class  string
	text   string
	// cause is the exception inside a WebApplicationException, whose own text is only the status.
	cause string
	// at is the place that threw it.
	at string
	// bare says that the answer is the text alone, not a stack trace.
	bare bool
	// unmatched says that no method of a resource was found, so that nothing tells the type of the answer.
	unmatched bool
	// allow is the value of the header Allow.
	allow string
}

func (f *failure) Error() string { return f.class + ": " + f.text }

// security is a refusal for lack of rights. Traccar has no 403: this is 400 as well (api/ResourceErrorHandler).
func security(text string) error {
	return &failure{status: http.StatusBadRequest, class: "java.lang.SecurityException", text: text}
}

// runtime is an exception of Java that the server does not catch, of a class in java.lang.
func runtime(class, text string) error {
	return &failure{status: http.StatusBadRequest, class: "java.lang." + class, text: text}
}

// nullPointer is what becomes of a reference to something that is not there.
func nullPointer(what string) error {
	return runtime("NullPointerException", "Cannot invoke a method because "+what+" is null")
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
func jackson(format string, args ...any) error {
	return &failure{status: http.StatusBadRequest, text: fmt.Sprintf(format, args...), bare: true}
}

// trace is the failure as printStackTrace writes it; the real one has as many lines and other names in them.
func (f *failure) trace() string {
	if f.bare {
		return f.text
	}
	head := f.class
	if f.text != "" {
		head += ": " + f.text
	}
	head += "\n\tat " + cmp.Or(f.at, "org.traccar.api.BaseResource.handle(BaseResource.java:1)") + "\n"
	if f.cause != "" {
		head += "Caused by: " + f.cause + "\n"
	}
	return head + strings.Repeat("\tat org.glassfish.jersey.server.ServerRuntime.process(ServerRuntime.java:1)\n", 40)
}

// fail writes an error. Its type is the one that the method of the resource declares for its success, although the body
// is no JSON: ResourceErrorHandler sets none, and Jersey takes it from @Produces. What it is without a method was not
// found out.
func (s *service) fail(w http.ResponseWriter, err error) {
	var broken *violation
	if errors.As(err, &broken) {
		err = broken.failure(s.dialect())
	}
	var f *failure
	if !errors.As(err, &f) {
		f = web(http.StatusInternalServerError)
	}
	kind := "application/json"
	if f.bare || f.unmatched {
		kind = "text/plain"
	}
	if f.allow != "" {
		w.Header().Set("Allow", f.allow)
	}
	write(w, f.status, kind, []byte(f.trace()))
}

// What a handler may return other than a body for status 200: nil is 204.
type (
	// accepted is the body of status 202.
	accepted struct{ body any }
	// rawText is a text that is no JSON although its type says so: a method that returns a String writes it as it is.
	rawText string
	// opened is a user with a new session.
	opened struct {
		user    simkit.Object
		session string
	}
	// missing is 404 without a body.
	missing struct{}
	// partial is a failure after something was done that stays done.
	partial struct{ err error }
)

func succeed(w http.ResponseWriter, body any) {
	status := http.StatusOK
	switch b := body.(type) {
	case nil:
		w.WriteHeader(http.StatusNoContent)
		return
	case missing:
		w.WriteHeader(http.StatusNotFound)
		return
	case rawText:
		write(w, status, "application/json", []byte(b))
		return
	case accepted:
		status, body = http.StatusAccepted, b.body
	case opened:
		http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: b.session, Path: "/", HttpOnly: true})
		body = b.user
	}
	data, err := simkit.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, nil
	}
	write(w, status, "application/json", data)
}

func write(w http.ResponseWriter, status int, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
