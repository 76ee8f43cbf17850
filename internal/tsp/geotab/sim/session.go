package sim

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	database = "demo"
	// sessionLife and mostSessions are Geotab's; authenticatePerMinute counts failures as well.
	sessionLife           = 14 * 24 * time.Hour
	mostSessions          = 100
	authenticatePerMinute = 10
)

// caller is who calls.
type caller struct {
	user *simkit.Item
	// at is the place of the call in its multicall.
	at int
}

// callerOf is who calls; nobody where there is no session.
func callerOf(c *simkit.Call) *caller {
	if who, ok := c.Caller.(*caller); ok {
		return who
	}
	return &caller{}
}

// authenticate makes a session and names the server of the database.
func (s *service) authenticate(tx *simkit.Tx, c *simkit.Call) (any, error) {
	name := simkit.Text(c.Body, "userName")
	if err := s.take(c, "Authenticate "+strings.ToLower(name), authenticatePerMinute); err != nil {
		return nil, err
	}
	if given := simkit.Text(c.Body, "database"); given != "" && !strings.EqualFold(given, database) {
		return nil, unknownDatabase(given)
	}
	if sessionAlone(c.Body) {
		return nil, throw(typeArgument, "This method has been deprecated, and requires a custom code to be used. please "+
			"use new methode 'ExtendSessionAsync' to extend your session.")
	}
	user, ok := userNamed(tx, name)
	if !ok || !passwordMatches(tx, user, simkit.Text(c.Body, "password")) {
		return nil, badLogin(database)
	}
	if err := usable(tx, user); err != nil {
		return nil, err
	}
	id, err := issueSession(tx, user)
	credentials := simkit.Object{"database": database, "sessionId": id, "userName": name}
	return simkit.Object{"credentials": credentials, "path": s.home(c.Request.Host)}, err
}

func unknownDatabase(name string) error {
	return throw(typeDatabase, "The database '%s' is not on this server (UnknownDatabase)", name)
}

// usable refuses users who may not call. That a historical user gets InactiveUserException is not documented.
func usable(tx *simkit.Tx, user *simkit.Item) error {
	until, err := time.Parse(time.RFC3339, simkit.Text(user.Object, "activeTo"))
	if err == nil && !until.After(tx.Now()) {
		return throw("InactiveUserException", "The user is not active")
	}
	if change, _ := user.Object["changePassword"].(bool); change {
		return throw("ExpiredPasswordException", "The password has expired and must be changed")
	}
	return nil
}

// issueSession makes a session and drops the user's oldest ones beyond the most there may be.
func issueSession(tx *simkit.Tx, user *simkit.Item) (string, error) {
	var kept []*simkit.Item
	for _, i := range slices.Clone(tx.Items(sessions)) {
		if simkit.Text(i.Object, "user") != user.ID {
			continue
		}
		if !alive(tx, i) {
			tx.Delete(sessions, i.ID)
			continue
		}
		kept = append(kept, i)
	}
	for len(kept) >= mostSessions {
		tx.Delete(sessions, kept[0].ID)
		kept = kept[1:]
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	id := base64.RawURLEncoding.EncodeToString(raw[:])
	return id, tx.Put(sessions, id, simkit.Object{"user": user.ID})
}

// enter finds out who calls. A session of another server is worth nothing there, and neither is its database. Calls of
// a multicall come with the caller of the whole.
func (s *service) enter(c *simkit.Call) error {
	if c.Operation.Scope != "" || c.Caller != nil {
		return nil
	}
	if s.Host.On(dbInitializing) {
		return throw(typeDatabase, "The database '%s' is not available yet (Initializing)", database)
	}
	credentials, _ := c.Body["credentials"].(simkit.Object)
	given := simkit.Text(credentials, "database")
	switch {
	case given == "":
		return badLogin(given)
	case !strings.EqualFold(given, database), s.home(c.Request.Host) != thisServer:
		return unknownDatabase(given)
	}
	// mg-api-node adds serverName when it is given a session.
	if err := s.known(credentials, "credentials", "database", "userName", "sessionId", "serverName"); err != nil {
		return err
	}
	return s.Host.Store.View(func(tx *simkit.Tx) error {
		user, err := sessionUser(tx, credentials)
		c.Caller = &caller{user: user}
		return err
	})
}

// sessionUser is the user of a live session, who may call.
func sessionUser(tx *simkit.Tx, credentials simkit.Object) (*simkit.Item, error) {
	user, ok := sessionOwner(tx, credentials)
	if !ok {
		return nil, badLogin(simkit.Text(credentials, "database"))
	}
	return user, usable(tx, user)
}

// sessionOwner is the user whom a live session was given to.
func sessionOwner(tx *simkit.Tx, credentials simkit.Object) (*simkit.Item, bool) {
	session, ok := tx.Get(sessions, simkit.Text(credentials, "sessionId"))
	if !ok || !alive(tx, session) {
		return nil, false
	}
	user, ok := tx.Get(users, simkit.Text(session.Object, "user"))
	return user, ok && strings.EqualFold(simkit.Text(user.Object, "name"), simkit.Text(credentials, "userName"))
}

// Expire ends all sessions when the request uses a good one. Signing in does not, although Geotab's JavaScript client
// sends its old session along.
func (s *service) Expire(r *http.Request) bool {
	body, _ := parse(r)
	credentials, _ := body["params"].(simkit.Object)
	switch simkit.Text(body, "method") {
	case "Authenticate":
		return false
	case extendSession:
	default:
		credentials, _ = credentials["credentials"].(simkit.Object)
	}
	used := false
	_ = s.Host.Store.Update(func(tx *simkit.Tx) error {
		if _, used = sessionOwner(tx, credentials); used {
			tx.Clear(sessions)
		}
		return nil
	})
	return used
}
