package sim

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// assetPage is the fixed size of a page of GET /assets, which takes no limit.
const assetPage = 300

var assetFilters = []string{
	"type", "after", "updatedAfterTime", "includeExternalIds", "includeTags", "tagIds", "ids", "externalIds",
}

func assetClasses() []string {
	return []string{"uncategorized", "trailer", "equipment", "unpowered", "vehicle"}
}

// assetShape is the body of POST and PATCH /assets. The document states no lengths; plate and notes take those of the
// vehicle operation. tagIds and attributes of PATCH are in Samsara's SDKs only (11.11.1 and 14.7.0).
func assetShape() simkit.Shape {
	free := simkit.String(0, 0)
	return simkit.Shape{
		"type": simkit.Enum(assetClasses()...), "name": simkit.String(1, 0), "licensePlate": simkit.String(0, 12),
		"notes": simkit.String(0, 255), "serialNumber": free, "vin": assetVIN, "make": free, "model": free, "year": count,
		"regulationMode": simkit.Enum("mixed", "regulated", "unregulated"), "readingsIngestionEnabled": simkit.Bool,
		"externalIds": externalIDs, "tagIds": tagIDs(), "attributes": attributeShape(),
	}
}

// postAsset creates a vehicle, trailer or other equipment. No field is required.
func (s *service) postAsset(tx *simkit.Tx, c *simkit.Call) (any, error) {
	body := c.Body
	if _, given := body["type"]; !given {
		body = merge(body, simkit.Object{"type": "uncategorized"})
	}
	i, err := createAsset(tx, body)
	if err != nil {
		return nil, err
	}
	return s.assetReply(tx, i), nil
}

// patchAsset takes the id from the query. Whether key:value works there is not documented, so it does not.
func (s *service) patchAsset(tx *simkit.Tx, c *simkit.Call) (any, error) {
	id := c.Query.Get("id")
	if id == "" {
		return nil, simkit.Invalid("id is required")
	}
	i, err := tx.Find(assets, id)
	if err != nil {
		return nil, err
	}
	after, err := changeAsset(tx, i, c.Body, c.Body)
	if err != nil {
		return nil, err
	}
	return s.assetReply(tx, after), nil
}

func (s *service) assetReply(tx *simkit.Tx, i *simkit.Item) any {
	if s.Host.On(unwrappedAssets) {
		return showAsset(tx, i)
	}
	return data(showAsset(tx, i))
}

func listAssets(tx *simkit.Tx, c *simkit.Call) (any, error) {
	class := c.Query.Get("type")
	if c.Query.Has("type") && !slices.Contains(assetClasses(), class) {
		return nil, simkit.Invalid("type must be one of %s", strings.Join(assetClasses(), ", "))
	}
	fits, err := common(c)
	if err != nil {
		return nil, err
	}
	show, err := assetView(c)
	if err != nil {
		return nil, err
	}
	keep := func(i *simkit.Item) bool {
		return (class == "" || simkit.Text(i.Object, "type") == class) && chosen(c, i) && fits(i)
	}
	return listing{assets, assetPage, keep, show}.page(tx, c)
}

// chosen applies the filters ids (Samsara ids or external ids) and externalIds.
func chosen(c *simkit.Call, i *simkit.Item) bool {
	names := []string{i.ID}
	for key, value := range allExternalIDs(i.Object) {
		names = append(names, key+":"+value.(string))
	}
	for _, filter := range []string{"ids", "externalIds"} {
		wanted := c.Listed(filter)
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(names, w) }) {
			return false
		}
	}
	return true
}

// assetView leaves external ids and tags out of a list unless they are asked for.
func assetView(c *simkit.Call) (view, error) {
	left := map[string]string{"includeExternalIds": "externalIds", "includeTags": "tags"}
	for parameter := range left {
		switch c.Query.Get(parameter) {
		case "true":
			delete(left, parameter)
		case "", "false":
		default:
			return nil, simkit.Invalid("%s must be true or false", parameter)
		}
	}
	return func(tx *simkit.Tx, i *simkit.Item) simkit.Object {
		o := showAsset(tx, i)
		for _, member := range left {
			delete(o, member)
		}
		return o
	}, nil
}

// showAsset is an asset as /assets shows it: year is a number there.
func showAsset(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{}
	copyMembers(o, i.Object, "type", "name", "licensePlate", "notes", "serialNumber", "vin", "make", "model", "year",
		"regulationMode", "readingsIngestionEnabled", "attributes", "createdAtTime", "updatedAtTime")
	showShared(tx, o, i)
	return o
}
