package geotab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Check signs in and reads one group, which also proves that the session is good where it is used.
func (s *session) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	c := &call{session: s, pace: pace}
	if _, err := c.hasGroup(ctx, "GroupCompanyId"); err != nil {
		return tsp.Account{}, err
	}
	login, err := s.login(ctx, pace, tsp.Credentials{})
	if err != nil {
		return tsp.Account{}, err
	}
	database := login.Get("database")
	return tsp.Account{Key: accountKey(s.root, database), Name: database}, nil
}

// Recognizes compares user names, by which Geotab knows its users. It asks nobody.
func (s *session) Recognizes(_ context.Context, other tsp.Credentials, _ tsp.Pacer) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.EqualFold(strings.TrimSpace(s.current.Get("username")), strings.TrimSpace(other.Get("username"))), nil
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

// CheckSettings makes sure that Geotab has what the settings name. The defaults are built in.
func (s *session) CheckSettings(ctx context.Context, pace tsp.Pacer) error {
	c := &call{session: s, pace: pace}
	for _, one := range s.adapter.spec.Settings {
		text, _ := one.Default.(string)
		list, _ := one.Default.([]string)
		if value := s.settings.Text(one.Key); value == "" || value == text || value == strings.Join(list, ",") {
			continue
		}
		if err := c.checkSetting(ctx, one.Key); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) checkSetting(ctx context.Context, key string) error {
	set := c.session.settings
	switch key {
	case settingGroups, settingDriverGroups:
		return c.checkGroups(ctx, key, set.List(key)...)
	case settingDriverRights, settingUserRights:
		return c.checkGroups(ctx, key, set.Text(key))
	case settingDefects, settingTrailerDefect:
		if err := c.checkGroups(ctx, key, set.Text(key)); err != nil {
			return err
		}
		tree, err := c.defects(ctx, resource.SourceID(set.Text(key)))
		if err == nil && len(tree.names) == 0 {
			err = refused(key, "the group %s has no parts, so that it is no defect list", quoted(set.Text(key)))
		}
		return err
	case settingDefectMap:
		return c.checkDefectMap(ctx, set.List(key))
	case settingTimeZone:
		if name := set.Text(key); !isTimeZone(name) {
			return refused(key, "%s is no IANA name of a time zone, such as America/Chicago", quoted(name))
		}
	}
	if slices.ContainsFunc(held(), func(field string) bool { return propertySetting(field) == key }) {
		_, err := c.property(ctx, key)
		return err
	}
	return nil
}

func refused(key, format string, args ...any) error {
	message := "settings." + key + ": " + fmt.Sprintf(format, args...)
	return &tsp.Error{Class: tsp.Rejected, Setting: key, Message: message}
}

func isTimeZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

func (c *call) checkGroups(ctx context.Context, key string, ids ...string) error {
	for _, id := range ids {
		if has, err := c.hasGroup(ctx, id); err != nil {
			return err
		} else if !has {
			return refused(key, "Geotab has no group %s", quoted(id))
		}
	}
	return nil
}

// checkDefectMap makes sure that each pair maps one of our words to what is in a list of the settings.
func (c *call) checkDefectMap(ctx context.Context, pairs []string) error {
	known := map[resource.SourceID]bool{}
	for _, key := range []string{settingDefects, settingTrailerDefect} {
		if list := c.session.settings.Text(key); list != "" {
			tree, err := c.knownDefects(ctx, resource.SourceID(list))
			if err != nil {
				return err
			}
			for id := range tree.names {
				known[id] = true
			}
		}
	}
	for _, pair := range pairs {
		word, id, ok := strings.Cut(pair, "=")
		word, id = strings.TrimSpace(word), strings.TrimSpace(id)
		switch {
		case !ok:
			return refused(settingDefectMap, "%s is no pair such as brakes=b27AB", quoted(pair))
		case !slices.Contains(ourWords(), word):
			return refused(settingDefectMap, "%s is none of the defects that inspections name", quoted(word))
		case !known[resource.SourceID(id)]:
			return refused(settingDefectMap, "the defect lists of %s and %s have no %s", settingDefects, settingTrailerDefect, quoted(id))
		}
	}
	return nil
}

// hasGroup tells whether there is a group. Geotab answers with it and all below it, so that one is asked for: the
// whole list could be longer than any answer that is read.
func (c *call) hasGroup(ctx context.Context, id string) (bool, error) {
	params := map[string]any{"typeName": "Group", "search": map[string]string{"id": id}, "resultsLimit": 1}
	all, err := query[group](ctx, c, params, "Group")
	return len(all) > 0, err
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
