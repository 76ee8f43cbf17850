package sim

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Assets (developer-docs.gomotive.com/reference/create-a-new-asset and update-an-existing-asset).

var (
	assetRequired = []string{"name", "type", "make", "model", "year"}
	assetFilters  = paged("name", "status", "exact_match")
)

// assetShape is the body of POST and PUT. The page of PUT lists fewer members as changeable than it takes; all are
// changed.
func assetShape() simkit.Shape {
	free, flag := simkit.Nullable(simkit.String(0, 0)), simkit.Rule(simkit.Bool)
	id, size := simkit.Nullable(simkit.Integer), simkit.Nullable(simkit.Number)
	return simkit.Shape{
		"name": simkit.String(1, 0), "type": simkit.String(1, 0), "custom_type": free, "make": simkit.String(1, 0),
		"model": simkit.String(1, 0), "year": simkit.String(1, 0), "vin": free, "notes": free,
		"status":              simkit.Enum("active", "inactive", "deactivated"),
		"license_plate_state": free, "license_plate_number": free, "axle": id, "length": size, "gvwr": size, "gawr": size,
		"length_metric_units": flag, "weight_metric_units": flag, "leased": simkit.Nullable(flag),
		"asset_gateway_id": id, "group_ids": simkit.List(simkit.Integer),
		"availability_details": availability(), attributesMember: externalIDAttributes(),
	}
}

// assetTypes are the types that a source names: the first three were seen in answers, the others stand in prose only,
// so that their spelling is a guess. The full list is not public.
func assetTypes() []string {
	return []string{"flatbed", "low_boy", "dry_box", "reefer", "auto_hauler"}
}

// newAsset holds the defaults of members that are never null; they are not documented.
func newAsset(*simkit.Tx) simkit.Object {
	return simkit.Object{
		"company_id": int64(companyID), "status": "active", "length_metric_units": false, "weight_metric_units": false,
		"group_ids": []any{}, "availability_details": simkit.Object{"availability_status": "in_service"},
	}
}

func (s *service) assetClass() class {
	return class{
		collection: assets, name: "asset", holder: holdsAsset, ids: assetIDs,
		fresh: newAsset, keep: s.keepAsset, show: showAsset,
	}
}

func (s *service) listAssets(tx *simkit.Tx, c *simkit.Call) (any, error) {
	name, status := c.Query.Get("name"), c.Query.Get("status")
	exact := c.Query.Get("exact_match")
	if !slices.Contains([]string{"", "true", "false"}, exact) {
		return nil, simkit.Invalid("exact_match must be true or false")
	}
	return s.assetClass().list(tx, c, func(i *simkit.Item) bool {
		own := simkit.Text(i.Object, "name")
		named := own == name || exact != "true" && strings.Contains(strings.ToLower(own), strings.ToLower(name))
		return (named || name == "") && (status == "" || simkit.Text(i.Object, "status") == status)
	})
}

func (s *service) keepAsset(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error) {
	kind, given := c.Body["type"].(string)
	if given && !s.Host.On(anyAssetType) && !slices.Contains(assetTypes(), kind) {
		return nil, simkit.Invalid("type must be one of %s", strings.Join(assetTypes(), ", "))
	}
	if err := checkGroups(tx, c.Body); err != nil {
		return nil, err
	}
	return storeHolder(tx, holdsAsset, merge(before, c.Body))
}

func showAsset(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := pick(i.Object, "id", "company_id", "name", "status", "type", "custom_type", "vin", "license_plate_state",
		"license_plate_number", "make", "model", "year", "axle", "weight_metric_units", "length_metric_units", "leased",
		"notes", "length", "gvwr", "gawr", "group_ids", "availability_details", "created_at", "updated_at")
	o["asset_gateway"] = nil
	if id := simkit.Int(i.Object, "asset_gateway_id"); id != 0 {
		o["asset_gateway"] = simkit.Object{"id": id, "identifier": nil}
	}
	o["external_ids"] = externalIDsOf(tx, holdsAsset, simkit.Int(i.Object, "id"))
	return o
}

func briefAsset(i *simkit.Item) simkit.Object {
	return pick(i.Object, "id", "name", "type", "make", "model", "year", "vin")
}
