package sim

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// External ids (developers.samsara.com/docs/external-ids): a pair of key and value belongs to one object of any class.
// Keys that begin with "samsara." are filled by Samsara. The page has a section on character limits, whose numbers were
// not in reach (2026-11-23, and again 2026-11-27), so none is enforced.
const automaticPrefix = "samsara."

// externalIDs is the rule of the externalIds member. An empty value takes the key away.
func externalIDs(v any) string {
	given, ok := v.(simkit.Object)
	if !ok {
		return "must be an object"
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if _, ok := given[key].(string); !ok {
			return "must have texts as values"
		}
		switch {
		case strings.HasPrefix(key, automaticPrefix):
			return "cannot set " + key + ": keys that begin with samsara. are automatic"
		case key == "" || strings.ContainsAny(key, ":,"):
			return "has a key that is empty or holds a colon or a comma"
		}
	}
	return ""
}

// allExternalIDs are an object's own external ids and the automatic ones.
func allExternalIDs(o simkit.Object) simkit.Object {
	all := simkit.Object{}
	if own, ok := o["externalIds"].(simkit.Object); ok {
		maps.Copy(all, own)
	}
	if vin := simkit.Text(o, "vin"); vin != "" {
		all[automaticPrefix+"vin"] = strings.ToUpper(vin)
	}
	if serial := simkit.Text(o, "gatewaySerial"); serial != "" {
		all[automaticPrefix+"serial"] = serial
	}
	return all
}

// externalKeys are the store's unique keys of an object's external ids.
func externalKeys(o simkit.Object) []string {
	var keys []string
	all := allExternalIDs(o)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		keys = append(keys, externalKey(key+":"+simkit.Text(all, key)))
	}
	return keys
}

func externalKey(pair string) string { return "external id " + pair }

// lookUp finds an object by its Samsara id or by key:value.
func lookUp(tx *simkit.Tx, collection, id string) (*simkit.Item, error) {
	if key, value, external := strings.Cut(id, ":"); external {
		if key == automaticPrefix+"vin" {
			value = strings.ToUpper(value)
		}
		owned, owner, ok := tx.Owner(externalKey(key + ":" + value))
		if !ok || owned != collection {
			return nil, simkit.Missing()
		}
		id = owner
	}
	return tx.Find(collection, id)
}

var fullDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
