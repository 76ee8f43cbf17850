package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
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

// authenticate makes a session and names the server of the database.
func (s *service) authenticate(c *call) (any, error) {
	name, password := text(c.params, "userName"), text(c.params, "password")
	quota, err := s.take(limit{key: "Authenticate " + strings.ToLower(name), n: authenticatePerMinute})
	c.quota = quota
	if err != nil {
		return nil, err
	}
	if given := text(c.params, "database"); given != "" && !strings.EqualFold(given, database) {
		return nil, unknownDatabase(given)
	}
	if sessionAlone(c.params) {
		return nil, throw(typeArgument, "This method has been deprecated, and requires a custom code to be used. please "+
			"use new methode 'ExtendSessionAsync' to extend your session.")
	}
	var id string
	err = s.host.Store.Update(func(tx *simkit.Tx) error {
		user, ok := userNamed(tx, name)
		if !ok || !passwordMatches(tx, user, password) {
			return badLogin(database)
		}
		if err := usable(tx, user); err != nil {
			return err
		}
		id, err = issueSession(tx, user)
		return err
	})
	if err != nil {
		return nil, err
	}
	path := thisServer
	if s.host.On(otherServer) && !s.other.isHere(c.host) {
		path = s.other.from(c.host)
	}
	credentials := simkit.Object{"database": database, "sessionId": id, "userName": name}
	return simkit.Object{"credentials": credentials, "path": path}, nil
}

func unknownDatabase(name string) error {
	return throw(typeDatabase, "The database '%s' is not on this server (UnknownDatabase)", name)
}

// usable refuses users who may not call. That a historical user gets InactiveUserException is not documented.
func usable(tx *simkit.Tx, user *simkit.Item) error {
	if until, err := time.Parse(time.RFC3339, text(user.Object, "activeTo")); err == nil && !until.After(tx.Now()) {
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
		if text(i.Object, "user") != user.ID {
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

// enter finds out who calls. A session of another server is worth nothing there, and neither is its database.
func (s *service) enter(c *call) error {
	if s.host.On(dbInitializing) {
		return throw(typeDatabase, "The database '%s' is not available yet (Initializing)", database)
	}
	credentials, _ := c.params["credentials"].(simkit.Object)
	given := text(credentials, "database")
	switch {
	case given == "":
		return badLogin(given)
	case !strings.EqualFold(given, database), s.host.On(otherServer) && !s.other.isHere(c.host):
		return unknownDatabase(given)
	}
	// mg-api-node adds serverName when it is given a session.
	if err := s.known(credentials, "credentials", "database", "userName", "sessionId", "serverName"); err != nil {
		return err
	}
	return s.host.Store.View(func(tx *simkit.Tx) error {
		user, ok := sessionUser(tx, credentials)
		if !ok {
			return badLogin(given)
		}
		c.user = user
		return usable(tx, user)
	})
}

func sessionUser(tx *simkit.Tx, credentials simkit.Object) (*simkit.Item, bool) {
	session, ok := tx.Get(sessions, text(credentials, "sessionId"))
	if !ok || !alive(tx, session) {
		return nil, false
	}
	user, ok := tx.Get(users, text(session.Object, "user"))
	return user, ok && strings.EqualFold(text(user.Object, "name"), text(credentials, "userName"))
}

// Expire ends all sessions when the request uses a good one. Signing in does not, although Geotab's JavaScript client
// sends its old session along.
func (s *service) Expire(r *http.Request) bool {
	body := parse(r)
	if text(body, "method") == "Authenticate" {
		return false
	}
	params, _ := body["params"].(simkit.Object)
	credentials, _ := params["credentials"].(simkit.Object)
	if text(body, "method") == extendSession {
		credentials = params
	}
	used := false
	_ = s.host.Store.Update(func(tx *simkit.Tx) error {
		if _, used = sessionUser(tx, credentials); !used {
			return nil
		}
		for _, i := range slices.Clone(tx.Items(sessions)) {
			tx.Delete(sessions, i.ID)
		}
		return nil
	})
	return used
}

// keepPassword remembers a digest of a user's password.
func keepPassword(tx *simkit.Tx, user, password string) error {
	return tx.Put(passwords, user, simkit.Object{"digest": digest(user, password)})
}

func passwordMatches(tx *simkit.Tx, user *simkit.Item, password string) bool {
	kept, ok := tx.Get(passwords, user.ID)
	return ok && text(kept.Object, "digest") == digest(user.ID, password)
}

func digest(user, password string) string {
	sum := sha256.Sum256([]byte(user + " " + password))
	return hex.EncodeToString(sum[:])
}
