package motive

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const groupsPath = "/v1/groups"

// scopingPage tells of API keys that are restricted to groups; OAuth never is (read 2026-11-27). Nothing that
// such a key can ask tells that it is one.
const scopingPage = docs + "/reference/endpoints-supporting-group-scoping"

// groupNames are the names of an account's groups by id.
type groupNames map[int64]string

// groupLife is how long a session trusts the names that it has read.
const groupLife = 10 * time.Minute

// groups remembers the account's groups. Credentials that may not read them leave them nameless.
func groups() *rest.Kept[groupNames] {
	return &rest.Kept[groupNames]{Life: groupLife, Load: func(ctx context.Context, send rest.Send) (groupNames, error) {
		names, err := readGroups(ctx, send)
		var e *tsp.Error
		if errors.As(err, &e) && (e.Class == tsp.Forbidden || e.Class == tsp.Missing) {
			return groupNames{}, nil
		}
		return names, err
	}}
}

func readGroups(ctx context.Context, send rest.Send) (groupNames, error) {
	names := groupNames{}
	err := pages(ctx, send, rest.Call{Path: groupsPath}, func(page struct {
		Groups []struct {
			Group struct {
				ID   int64  `json:"id"`
				Name string `json:"name"`
			} `json:"group"`
		} `json:"groups"`
	}) int {
		for _, one := range page.Groups {
			names[one.Group.ID] = one.Group.Name
		}
		return len(page.Groups)
	})
	return names, err
}

// of are the groups of a record by id, each with its name, or null where that could not be read.
func (g groupNames) of(ids []int64) map[string]*string {
	if len(ids) == 0 {
		return nil
	}
	out := map[string]*string{}
	for _, id := range ids {
		key := strconv.FormatInt(id, 10)
		out[key] = nil
		if name, ok := g[id]; ok {
			out[key] = &name
		}
	}
	return out
}

// checkSettings refuses groups that the credentials do not see, and words that Motive or we could not use.
func checkSettings(ctx context.Context, send rest.Send, settings tsp.Settings) error {
	refused := func(key, message string) error {
		return &tsp.Error{Class: tsp.Rejected, Setting: key, Message: message}
	}
	if settings.Text(settingIntegration) == operationMark {
		return refused(settingIntegration, "is the name under which Waybill marks what it makes; choose another")
	}
	if word := settings.Text(settingAssetType); !isAssetType(word) {
		return refused(settingAssetType, strconv.Quote(word)+" is no type of assets at Motive, such as dry_box, flatbed or reefer")
	}
	wanted := settings.List(settingGroups)
	for _, id := range wanted {
		if _, err := number(resource.SourceID(id)); err != nil {
			return refused(settingGroups, strconv.Quote(id)+" is no id of a group at Motive, which is a whole number")
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	names, err := readGroups(ctx, send)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(numbers(wanted), func(id int64) bool { _, ok := names[id]; return !ok })
	if i >= 0 {
		return refused(settingGroups, "the credentials see no group "+wanted[i]+" at Motive; an API key that is restricted "+
			"to groups sees its own alone ("+scopingPage+")")
	}
	return nil
}
