package sim

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// External ids (developer-docs.gomotive.com/reference/add-external-id-info-for-an-entity): records of their own that
// belong to a holder. The pair of external_id and integration_name is unique.

// The types of holders. Reports take external ids through their own PUT only.
const (
	holdsUser       = "User"
	holdsVehicle    = "Vehicle"
	holdsAsset      = "Asset"
	holdsGroup      = "Group"
	holdsInspection = "InspectionReport"
)

// collectionOf is where the holders of a type are.
func collectionOf(holder string) string {
	return map[string]string{
		holdsUser: users, holdsVehicle: vehicles, holdsAsset: assets, holdsGroup: groups, holdsInspection: inspections,
	}[holder]
}

// attributesMember is the member of a body that adds external ids; some samples misspell it as external_id_attributes.
const attributesMember = "external_ids_attributes"

// externalIDAttributes is the rule of external_ids_attributes: an element with an id changes that record, one without
// adds one. A sample has the id as text.
func externalIDAttributes() simkit.Rule {
	return simkit.List(simkit.Nested(simkit.Shape{
		"id": recordID, "external_id": simkit.String(1, 0), "integration_name": simkit.String(1, 0),
	}, "external_id", "integration_name"))
}

func recordID(v any) string {
	if s, ok := v.(string); ok && isDigits(s) {
		return ""
	}
	return simkit.Integer(v)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func externalKey(externalID, integration string) string {
	return "external id " + strconv.Quote(externalID) + " of integration " + strconv.Quote(integration)
}

func putExternalID(tx *simkit.Tx, id int64, o simkit.Object) error {
	o["id"] = id
	key := externalKey(simkit.Text(o, "external_id"), simkit.Text(o, "integration_name"))
	return tx.Put(externalIDs, idText(id), o, key)
}

// applyExternalIDs adds and changes the external ids of a holder as the body's attributes say.
func applyExternalIDs(tx *simkit.Tx, body simkit.Object, holder string, holderID int64) error {
	list, _ := body[attributesMember].([]any)
	for _, v := range list {
		a, _ := v.(simkit.Object)
		id := newID(tx, externalIDIDs)
		switch given := a["id"].(type) {
		case int64:
			id = given
		case string:
			id, _ = strconv.ParseInt(given, 10, 64)
		}
		if _, changes := a["id"]; changes {
			i, ok := tx.Get(externalIDs, idText(id))
			if !ok || !belongs(i.Object, holder, holderID) {
				return simkit.Refused(http.StatusNotFound, "there is no external id %d of this record", id)
			}
		}
		err := putExternalID(tx, id, simkit.Object{
			"external_id": a["external_id"], "integration_name": a["integration_name"],
			"external_id_holder_id": holderID, "external_id_holder_type": holder,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// belongs tells whether an external id is one of a holder.
func belongs(o simkit.Object, holder string, holderID int64) bool {
	return simkit.Text(o, "external_id_holder_type") == holder && simkit.Int(o, "external_id_holder_id") == holderID
}

// externalIDsOf are the external ids of a holder as its answers show them.
func externalIDsOf(tx *simkit.Tx, holder string, holderID int64) []any {
	list := []any{}
	for _, i := range tx.Items(externalIDs) {
		if belongs(i.Object, holder, holderID) {
			list = append(list, pick(i.Object, "id", "external_id", "integration_name"))
		}
	}
	return list
}

var externalIDFilters = []string{"external_id", "integration_name"}

// lookUpExternalID finds the holder of a pair among those of one type.
func lookUpExternalID(tx *simkit.Tx, c *simkit.Call, holder string) (*simkit.Item, error) {
	for _, name := range externalIDFilters {
		if c.Query.Get(name) == "" {
			return nil, simkit.Invalid("%s is required", name)
		}
	}
	_, owner, found := tx.Owner(externalKey(c.Query.Get("external_id"), c.Query.Get("integration_name")))
	if !found {
		return nil, simkit.Missing()
	}
	record, _ := tx.Get(externalIDs, owner)
	if simkit.Text(record.Object, "external_id_holder_type") != holder {
		return nil, simkit.Missing()
	}
	if i, ok := tx.Get(collectionOf(holder), idText(simkit.Int(record.Object, "external_id_holder_id"))); ok {
		return i, nil
	}
	return nil, simkit.Missing()
}
