package console

import "net/http"

// Role is what a visitor of the console may do. Each role may do what the ones
// before it may.
type Role string

// The roles. A viewer reads, an operator also acts on operations and
// deliveries, an admin also pauses and changes connections and reads the audit log.
const (
	Viewer   Role = "viewer"
	Operator Role = "operator"
	Admin    Role = "admin"
)

// May reports whether who has this role may do what asks for the role act. A
// role that is none of the three may do nothing, and nobody may do what asks for
// such a one.
func (r Role) May(act Role) bool {
	return act.rank() > 0 && r.rank() >= act.rank()
}

func (r Role) rank() int {
	switch r {
	case Viewer:
		return 1
	case Operator:
		return 2
	case Admin:
		return 3
	}
	return 0
}

// Visitor is the person behind a request. Payloads says whether they may read
// what was written: bodies, requests and answers hold personal data.
type Visitor struct {
	Name, Email string
	Role        Role
	Payloads    bool
}

// Gate says who is there. Every page and act of the console asks it first.
type Gate interface {
	// Visitor returns who sent the request, and false for a stranger.
	Visitor(*http.Request) (Visitor, bool)
	// Still returns who they are by now, for an answer that goes on for long: false once they are signed out or kept
	// out. It counts as no use.
	Still(*http.Request) (Visitor, bool)
	// SignIn answers a stranger's request: it sends them to where they sign in, and
	// from there back.
	SignIn(http.ResponseWriter, *http.Request)
}
