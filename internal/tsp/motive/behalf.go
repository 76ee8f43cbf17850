package motive

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// userHeader names the fleet admin on whose behalf a call is made; without it that is the first active one
// (https://developer.gomotive.com/reference/api-user, read 2026-11-27).
const userHeader = "X-User-Id"

// memberUser is the member of an API key's credentials that names that admin.
const memberUser = "user_id"

// adapter asks in the check of a session for the user whom its credentials name.
type adapter struct {
	tsp.Adapter
	config func(check checking) rest.Config
}

// checking proves credentials and tells whose account they open.
type checking = func(context.Context, rest.Send, tsp.Settings) (tsp.Account, error)

func newAdapter(config func(checking) rest.Config) adapter {
	return adapter{Adapter: rest.New(config(check)), config: config}
}

// Connect checks the shape of the credentials. It calls nobody.
func (a adapter) Connect(ctx context.Context, access tsp.Access) (tsp.Session, error) {
	user := access.Credentials.Get(memberUser)
	if user == "" {
		return a.Adapter.Connect(ctx, access)
	}
	return rest.New(a.config(checkUserOf(user))).Connect(ctx, access)
}

// Exchange turns the code of an OAuth consent into tokens.
func (a adapter) Exchange(ctx context.Context, access tsp.Access) (tsp.Credentials, error) {
	exchanger, ok := a.Adapter.(tsp.Exchanger)
	if !ok {
		return access.Credentials, nil
	}
	return exchanger.Exchange(ctx, access)
}

// checkUserOf is check, and refuses a user who is none or no admin. A system user, which Motive's support sets up, has
// a role that no page names.
func checkUserOf(user string) checking {
	return func(ctx context.Context, send rest.Send, settings tsp.Settings) (tsp.Account, error) {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: usersPath + "/" + user})
		var e *tsp.Error
		if errors.As(err, &e) && (e.Class == tsp.Missing || e.Class == tsp.Rejected) {
			return tsp.Account{}, refusedUser("Motive has no user %s for this key: %s", user, e.Message)
		}
		if err != nil {
			return tsp.Account{}, err
		}
		body, err := rest.Decode[struct {
			User struct {
				Role string `json:"role"`
			} `json:"user"`
		}](a)
		if err != nil {
			return tsp.Account{}, err
		}
		if role := body.User.Role; role == roleDriver || role == roleFleetUser {
			return tsp.Account{}, refusedUser("user %s is no admin at Motive but a %s", user, role)
		}
		return check(ctx, send, settings)
	}
}

func refusedUser(format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unauthorized, Message: "the " + memberUser + " of the credentials is refused: " +
		fmt.Sprintf(format, args...)}
}

// apiKey signs with a key, on behalf of the user whom the credentials name, where a call is not made on another's.
type apiKey struct{ rest.Auth }

func keyAuth() rest.Auth { return apiKey{rest.HeaderKey("X-Api-Key", "api_key")} }

// Sign sets the headers.
func (k apiKey) Sign(r *http.Request, c tsp.Credentials) error {
	if user := c.Get(memberUser); user != "" {
		if id, err := number(resource.SourceID(user)); err != nil || id < 1 {
			return refusedUser("it must be the id of a fleet admin at Motive, which is a whole number")
		}
		if r.Header.Get(userHeader) == "" {
			r.Header.Set(userHeader, user)
		}
	}
	return k.Auth.Sign(r, c)
}
