package samsara

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	tagsPath  = "/tags"
	rolesPath = "/user-roles"
)

// checkSettings asks for the tags, roles, the user and the attributes that settings name. What the token may not
// read is not refused: nobody can tell then.
func checkSettings(ctx context.Context, send rest.Send, all attributes, s tsp.Settings) error {
	for _, check := range []func() error{
		func() error { return listed(ctx, send, tagsPath, settingTags, s) },
		func() error { return listed(ctx, send, rolesPath, settingRoles, s) },
		func() error { return authorExists(ctx, send, s) },
		func() error { return all.exist(ctx, send, s) },
	} {
		var e *tsp.Error
		if err := check(); errors.As(err, &e) && e.Class != tsp.Forbidden {
			return err
		}
	}
	return nil
}

// listed demands that a list of Samsara's has what a setting names.
func listed(ctx context.Context, send rest.Send, path, key string, s tsp.Settings) error {
	wanted := s.List(key)
	if len(wanted) == 0 {
		return nil
	}
	var ids, shown []string
	err := pages(ctx, send, path, url.Values{}, func(one tag) bool {
		ids = append(ids, one.ID)
		if len(shown) < 10 {
			shown = append(shown, one.ID+" ("+one.Name+")")
		}
		return false
	})
	if err != nil {
		return err
	}
	for _, id := range wanted {
		if !slices.Contains(ids, id) {
			return &tsp.Error{Class: tsp.Rejected, Setting: key, Message: "settings." + key + ": Samsara's " + path + " has no " +
				strconv.Quote(id) + "; among them are " + strings.Join(shown, ", ")}
		}
	}
	return nil
}

// authorExists demands that the user who signs inspections is one of the dashboard.
func authorExists(ctx context.Context, send rest.Send, s tsp.Settings) error {
	id := s.Text(settingAuthor)
	if id == "" {
		return nil
	}
	_, err := send(ctx, rest.Call{Method: http.MethodGet, Path: usersPath + "/" + url.PathEscape(id)})
	var e *tsp.Error
	if errors.As(err, &e) && (e.Class == tsp.Missing || e.Class == tsp.Rejected) {
		return &tsp.Error{Class: tsp.Rejected, Setting: settingAuthor, Status: e.Status, Headers: e.Headers,
			Message: "settings." + settingAuthor + ": Samsara's dashboard has no user " + strconv.Quote(id)}
	}
	return err
}

// exist demands that the organization has the attributes that settings name.
func (all attributes) exist(ctx context.Context, send rest.Send, s tsp.Settings) error {
	for _, of := range []string{ofAssets, ofDrivers} {
		for _, field := range held(of) {
			key := attributeSetting(field)
			if named := s.Text(key); named != "" {
				if _, err := all.named(ctx, send, of, key, named); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
