package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// ServeHTTP answers one request. What no route answers gets the documented 404 or 405 body.
func (s *Server) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	w := s.answering(to, r)
	// A caller's own id is given back, so that it finds its request in our log. It is bounded, and of
	// visible characters, because it is logged.
	requestID := r.Header.Get("X-Request-Id")
	if len(requestID) == 0 || len(requestID) > 128 || !printable(requestID) {
		requestID = uuid.NewString()
	}
	w.Header().Set("X-Request-Id", requestID)
	if s.Watch != nil {
		defer s.watch(w, s.Now())
	}
	defer w.untrace()
	defer s.recover(w, r)
	if err := s.sound(r); err != nil {
		w.Header().Set("Connection", "close")
		s.refuseUnread(w, r, err)
		return
	}
	secure(w.Header(), r.TLS != nil)
	// The mux would send the caller elsewhere, and many do not send their token or body there again.
	if plain := plainPath(r.URL.Path); plain != r.URL.Path {
		s.refuseUnread(w, r, s.misspelt(r, plain))
		return
	}
	// The mux is asked first because it would answer 404 and 405 itself, as plain text.
	h, pattern := s.mux.Handler(r)
	if pattern == "" {
		s.unrouted(w, r, h)
		return
	}
	w.route = pattern
	// Not h.ServeHTTP: the values of the path are set only on this way.
	s.mux.ServeHTTP(w, r)
}

func (s *Server) sound(r *http.Request) error {
	if s.Sound == nil {
		return nil
	}
	return s.Sound(r)
}

// recover ends a panic in the documented 500. If the answer has begun, nothing can be made good any
// more: the connection is cut, so that the caller does not take half an answer for a whole one.
func (s *Server) recover(w *answering, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p != http.ErrAbortHandler {
		s.Log.Error("handler panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	}
	if w.begun || p == http.ErrAbortHandler {
		panic(http.ErrAbortHandler)
	}
	s.refuse(w, r, errors.New("panic"))
}

// secure sets what keeps browsers and caches from doing more with an answer than its caller wants. None
// is a page, so none may load or run anything.
func secure(h http.Header, tls bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	if tls {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// unrouted asks the mux what it would say and says it in the documented form. A recorder takes the
// mux's answer, since only its own handler knows which methods the path has.
func (s *Server) unrouted(w http.ResponseWriter, r *http.Request, h http.Handler) {
	asked := httptest.NewRecorder()
	h.ServeHTTP(asked, r)
	if asked.Code == http.StatusMethodNotAllowed {
		allow := asked.Header().Get("Allow")
		w.Header().Set("Allow", allow)
		s.refuseUnread(w, r, problem.New(problem.MethodNotAllowed, "%s is not allowed here; use %s", r.Method, allow))
		return
	}
	s.refuseUnread(w, r, nowhere())
}

// handler wraps a route with its token check. The check comes before anything of the request is
// read, so that nobody without a token can make the service work.
func (s *Server) handler(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var who access.Principal
		var err error
		if rt.scope != "" {
			if who, err = s.authenticate(r, rt.scope); err == nil {
				r = s.traced(w, r)
			}
		}
		r = r.WithContext(audit.By(r.Context(), s.actor(w, r, who)))
		body := &heard{ReadCloser: r.Body}
		r.Body = body
		if err == nil && rt.method != http.MethodPost && rt.method != http.MethodPatch {
			err = noBody(w, r)
		}
		if err == nil {
			err = rt.do(s.writer(w, who, rt), r, who, s.query(w, r))
		}
		switch {
		case err == nil:
		case body.over:
			s.refuse(w, r, err)
		default:
			s.refuseUnread(w, r, err)
		}
	}
}

// actor is whom the audit log names for what a request changes.
func (s *Server) actor(w http.ResponseWriter, r *http.Request, who access.Principal) audit.Actor {
	a := audit.Actor{Name: "stranger", Request: w.Header().Get("X-Request-Id")}
	if who.Client != "" {
		a.Name = "client:" + one(who.Client)
		if who.Subject != "" {
			a.Name += " sub:" + one(who.Subject)
		}
	}
	if from, ok := s.Limits.From(r); ok {
		a.Remote = from.String()
	}
	return a
}

// one is a name that another issuer gave, as one word: what it holds must not pass for more than a name.
func one(name string) string {
	name = resource.Excerpt(name)
	if strings.ContainsFunc(name, func(c rune) bool { return c == ' ' || !strconv.IsPrint(c) }) {
		return strconv.Quote(name)
	}
	return name
}

// authenticate returns the caller whose token carries the scope. A token that is missing or not
// valid is a 401, a caller that comes too often a 429, and a scope that the token lacks a 403.
func (s *Server) authenticate(r *http.Request, scope string) (access.Principal, error) {
	raw, ok := bearer(r)
	if !ok {
		return access.Principal{}, problem.New(problem.Unauthorized,
			"send a token as Authorization: Bearer; POST /realms/waybill/protocol/openid-connect/token gives one")
	}
	// Only a signature shows whose limit a request is charged to. Whose cannot be known without asking
	// is charged when that is known.
	early, unknown := s.Tokens.Caller(raw)
	if unknown == nil {
		if err := s.Limits.admit(early); err != nil {
			return early, err
		}
	}
	who, err := s.Tokens.Verify(r.Context(), raw)
	if err == nil && unknown != nil {
		err = s.Limits.admit(who)
	}
	switch {
	case errors.Is(err, access.ErrInvalidToken):
		return who, invalidToken(err)
	case err != nil:
		return who, err
	// Asked before the scope itself: "lacks the scope" would send the fleet to its operator for a
	// scope that no fleet can have.
	case who.IsFleet() && access.PartnersOnly(scope):
		return who, problem.New(problem.Forbidden, "this needs a partner's token, and yours is a fleet's; writes, their "+
			"operations and webhooks belong to the partners to whom fleets grant them")
	case scope != anyScope && !who.Has(scope):
		return who, problem.New(problem.Forbidden, "the token lacks the scope %s", scope)
	}
	return who, nil
}

// bearer is the token of a request; false if it has none.
func bearer(r *http.Request) (string, bool) {
	kind, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(raw), strings.EqualFold(kind, "Bearer") && raw != ""
}

// stillGood asks again whether the token of a request counts, for an answer that was waited for.
func (s *Server) stillGood(r *http.Request) error {
	raw, _ := bearer(r)
	_, err := s.Tokens.Verify(r.Context(), raw)
	if errors.Is(err, access.ErrInvalidToken) {
		return invalidToken(err)
	}
	return err
}

func invalidToken(err error) error {
	p := &problem.Error{Code: problem.Unauthorized, Err: err}
	remedy := access.Anew
	var why *access.Refusal
	if errors.As(err, &why) {
		remedy, p.RetryAfter = why.Remedy, why.After
	}
	p.Detail = "the token is not valid" + reason(err) + "; " + remedy
	return p
}

// reason is what an error says behind its name, as more of a sentence; "" if it says nothing.
func reason(err error) string {
	if text := why(err); text != "" {
		return ": " + text
	}
	return ""
}

// why is what an error of access says behind the error's name. It is "" if there is nothing.
func why(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}
