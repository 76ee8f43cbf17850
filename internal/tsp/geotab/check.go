package geotab

import (
	"context"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Check signs in and reads one group, which also proves that the session is good where it is used.
func (s *session) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	c := &call{session: s, pace: pace}
	if err := s.checkSettings(ctx, c); err != nil {
		return tsp.Account{}, err
	}
	login, err := s.login(ctx, pace, tsp.Credentials{})
	if err != nil {
		return tsp.Account{}, err
	}
	database := login.Get("database")
	return tsp.Account{Key: accountKey(s.root, database), Name: database}, nil
}

// accountKey names the database. It leaves out the server, because Geotab moves databases and
// their names are unique in its federation; an own root is another federation.
func accountKey(root, database string) string {
	host := strings.ToLower(root[strings.Index(root, "://")+3:])
	if host == "geotab.com" || strings.HasSuffix(host, ".geotab.com") {
		return "geotab.com/" + strings.ToLower(database)
	}
	return host + "/" + strings.ToLower(database)
}

// checkSettings makes sure that the groups that the settings name exist. Built-in ones do. The
// whole list could be longer than any answer that is read.
func (s *session) checkSettings(ctx context.Context, c *call) error {
	if _, err := c.hasGroup(ctx, "GroupCompanyId"); err != nil {
		return err
	}
	for _, key := range []string{settingGroups, settingDriverGroups, settingDriverRights, settingUserRights, settingDefects, settingTrailerDefect} {
		named := s.settings.List(key)
		if id := s.settings.Text(key); named == nil && id != "" {
			named = []string{id}
		}
		for _, id := range named {
			if strings.HasPrefix(id, "Group") {
				continue
			}
			if has, err := c.hasGroup(ctx, id); err != nil {
				return err
			} else if !has {
				return &tsp.Error{Class: tsp.Rejected, Message: "settings." + key + ": Geotab has no group " + quoted(id)}
			}
		}
	}
	return nil
}

// hasGroup tells whether there is a group. Geotab answers with it and all below it.
func (c *call) hasGroup(ctx context.Context, id string) (bool, error) {
	all, err := query[group](ctx, c, map[string]any{"typeName": "Group", "search": map[string]string{"id": id}, "resultsLimit": 1}, "Group")
	return len(all) > 0, err
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
