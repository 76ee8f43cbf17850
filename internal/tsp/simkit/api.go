package simkit

import "net/http"

// API answers requests by a table of operations. It takes a request through these steps, of which each may refuse it:
//
//	Route         which operation is it?
//	Authenticate  who calls?
//	Limits        is there budget left?
//	Authorize     may the caller do that?
//	              are the query and the body (Read) of the operation's form?
//	Prepare, Do   do it, in one transaction that keeps nothing when it fails
//
// A simulator embeds an API in its TSP, which has ServeHTTP and Refuse of it.
type API struct {
	Host *Host
	// Operations are found by method and path, as in "PATCH /vehicles/{id}", where a segment in braces stands for any
	// one and HEAD is answered as GET; or, with Route, by the names that it gives.
	Operations map[string]Operation
	// Desk is the token endpoint; nil for none.
	Desk *Desk

	// Route names the operation where the path does not tell it, as in RPC. It may read the body, and leaves what the
	// operation takes in Call.Body. Queries of such requests are not looked at.
	Route func(c *Call) (name string, err error)
	// Authenticate finds out who calls, by the request and the operation's scope, and leaves it in Call.Caller.
	Authenticate func(c *Call) error
	// Limits are the budgets of the caller, beside those of the operation.
	Limits func(c *Call) []Limit
	// Authorize refuses a known caller who lacks the operation's scope.
	Authorize func(c *Call) error
	// Read takes the body of an operation with a shape out of its request; nil is ReadForm or ReadJSON.
	Read func(c *Call) (Object, error)
	// Prepare begins the transaction of every operation: it checks what concerns stored objects or the body.
	Prepare func(tx *Tx, c *Call) error
	// Lenient names the switch that lets unknown parameters and members of bodies be ignored; "" for none.
	Lenient string

	// Texts are the TSP's words for refusals that come without a message, by status; others have those of HTTP.
	Texts map[int]string
	// WriteAnswer writes a success in the TSP's form; nil is WriteJSON. The headers of the call are set already.
	WriteAnswer func(w http.ResponseWriter, c *Call, body any)
	// WriteRefusal writes a refusal in the TSP's words and form. Retry-After, in whole seconds, and Allow are set
	// already where they belong. A refusal by a fault comes with the request alone.
	WriteRefusal func(w http.ResponseWriter, c *Call, no *Refusal)
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &Call{Request: r, Query: r.URL.Query(), Answer: http.Header{}}
	if a.Desk != nil && r.URL.Path == a.Desk.Path {
		a.serveDesk(w, c)
		return
	}
	body, err := a.serve(c)
	if err != nil {
		a.refuse(w, c, err)
		return
	}
	a.answer(w, c, body)
}

// Refuse answers a fault with a status.
func (a *API) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	a.refuse(w, &Call{Request: r}, &Refusal{Status: status})
}

func (a *API) serve(c *Call) (any, error) {
	route := a.Route
	if route == nil {
		route = a.byPath
	}
	var err error
	if c.Name, err = route(c); err != nil {
		return nil, err
	}
	return a.Perform(c)
}
