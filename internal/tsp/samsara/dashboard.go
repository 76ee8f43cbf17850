package samsara

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const usersPath = "/users"

// dashboardUser is a POST or PATCH of /users.
type dashboardUser struct {
	Name     string `json:"name"`
	Email    string `json:"email,omitzero"`
	AuthType string `json:"authType,omitzero"`
	Roles    []role `json:"roles,omitzero"`
}

type role struct {
	ID string `json:"roleId"`
}

// dashboardField tells whether a field says something about a user of the dashboard.
func dashboardField(name string) bool {
	switch name {
	case "first_name", "last_name", "user_email", "is_driver", "is_active", "status":
		return true
	}
	return false
}

// checkDashboardUser refuses what a new user of the dashboard cannot be.
func checkDashboardUser(u *resource.User) []resource.Problem {
	out := checkName(u)
	if email := u.UserEmail.Or(""); email == "" {
		out = append(out, problem("user_email", "", resource.CodeRequired, "is required by Samsara of users who are no drivers"))
	} else if !address(email) {
		out = append(out, problem("user_email", email, resource.CodePattern, "is no e-mail address"))
	}
	if activation(u) == deactivated {
		path := "status"
		if u.IsActive.State() == resource.Set {
			path = "is_active"
		}
		out = append(out, problem(path, "", resource.CodeUnsupported, "cannot be written at Samsara: its dashboard users are always active"))
	}
	return out
}

func newDashboardUser(u *resource.User, w tsp.Write) (any, error) {
	b := dashboardUser{Name: fullName(u.FirstName.Or(""), u.LastName.Or("")), Email: u.UserEmail.Or(""), AuthType: "default"}
	for _, id := range w.Settings.List(settingRoles) {
		b.Roles = append(b.Roles, role{id})
	}
	return b, nil
}

// findDashboardUser looks for a user with the e-mail address and name: the address is a login,
// which only one can have, and a user who was there before has made the attempt be refused.
func findDashboardUser(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	u, ok := w.Payload.(*resource.User)
	if !ok {
		return tsp.Written{}, false, nil
	}
	name := fullName(u.FirstName.Or(""), u.LastName.Or(""))
	var out tsp.Written
	found := false
	err := pages(ctx, send, usersPath, url.Values{}, func(source jsontext.Value) bool {
		var one userRecord
		r, err := userForm(w.Settings).record(source)
		if err == nil && json.Unmarshal(source, &one) == nil &&
			tsp.SameText(one.Name, name) && tsp.SameName(one.Email, u.UserEmail.Or("")) {
			out, found = tsp.Written{SourceID: r.SourceID, Collection: users, Record: &r}, true
		}
		return found
	})
	return out, found && err == nil, err
}

// changeDashboardUser changes the name, which is all that we have of such a user and Samsara
// lets be changed.
func changeDashboardUser(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
	return rest.Body(func(u *resource.User, w tsp.Write) (any, error) {
		if other := beyondName(w); other != "" {
			return nil, &tsp.Error{Class: tsp.Rejected,
				Message: "this is a user of Samsara's dashboard, of whom only first_name and last_name can be changed, not " + other}
		}
		var now current
		if halfNamed(u) {
			var err error
			if now, err = read(ctx, send, usersPath, w.Target); err != nil {
				return nil, err
			}
		}
		name, err := changedName(u, now.Name)
		if name == nil || err != nil {
			return struct{}{}, err
		}
		return dashboardUser{Name: *name}, nil
	})(w)
}

// beyondName lists the given fields that no user of the dashboard has.
func beyondName(w tsp.Write) string {
	uses := userUses(resource.Update)
	schema, err := resource.For(resource.KindUser, resource.Update)
	if err != nil {
		return ""
	}
	var names []string
	for _, f := range schema.Given(w.Payload) {
		switch use := uses[f.Name].Under(w.Settings).Use; {
		case use != tsp.UseSent, f.Name == "first_name", f.Name == "last_name":
		case f.Name == "is_active", f.Name == "status":
			if u, ok := w.Payload.(*resource.User); ok && activation(u) == deactivated {
				names = append(names, f.Name)
			}
		default:
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

// maxPages bounds a look-up whose list does not end.
const maxPages = 50

// pages reads one of Samsara's lists to its end, or until take has seen enough.
func pages[T any](ctx context.Context, send rest.Send, path string, query url.Values, take func(T) (enough bool)) error {
	query.Set("limit", "512")
	for range maxPages {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path, Query: query, Most: longestList})
		if err != nil {
			return err
		}
		body, err := rest.Decode[struct {
			Data       []T        `json:"data"`
			Pagination pagination `json:"pagination"`
		}](a)
		switch {
		case err != nil:
			return err
		case body.Data == nil:
			return a.Unconfirmed("Samsara's answer holds no list", nil)
		}
		for _, one := range body.Data {
			if take(one) {
				return nil
			}
		}
		if !body.Pagination.HasNextPage {
			return nil
		}
		query.Set("after", body.Pagination.EndCursor)
	}
	return &tsp.Error{Class: tsp.Unavailable, Message: "Samsara's list " + path + " does not end"}
}
