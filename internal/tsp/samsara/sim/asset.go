package sim

import (
	"maps"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// assetIDs is what the ids of assets of all classes are counted from.
const assetIDs = 281474976710656

func newAssetID(tx *simkit.Tx) string { return strconv.FormatInt(assetIDs+tx.NextSeq(), 10) }

// lookUpAsset finds an asset of one class.
func lookUpAsset(tx *simkit.Tx, class, id string) (*simkit.Item, error) {
	i, err := lookUp(tx, assets, id)
	if err == nil && simkit.Text(i.Object, "type") != class {
		return nil, simkit.Missing()
	}
	return i, err
}

// listClass lists the assets of one class.
func listClass(class string, show view) handler {
	return func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		fits, err := common(c)
		if err != nil {
			return nil, err
		}
		keep := func(i *simkit.Item) bool { return simkit.Text(i.Object, "type") == class && fits(i) }
		return listing{assets, pageSize, keep, show}.page(tx, c)
	}
}

// getOfClass reads an asset of one class.
func getOfClass(class string, show view) handler {
	return func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		i, err := lookUpAsset(tx, class, c.ID())
		if err != nil {
			return nil, err
		}
		return data(show(tx, i)), nil
	}
}

// renamed returns a copy of a body with one member under the name that the store uses.
func renamed(body simkit.Object, from, to string) simkit.Object {
	out := maps.Clone(body)
	if v, given := out[from]; given {
		delete(out, from)
		out[to] = v
	}
	return out
}

// createAsset stores a new asset. The body has the store's names and its type.
func createAsset(tx *simkit.Tx, body simkit.Object) (*simkit.Item, error) {
	body, err := withAttributes(tx, ofAssets, body)
	if err != nil {
		return nil, err
	}
	o := merge(simkit.Object{}, body)
	o["createdAtTime"], o["updatedAtTime"] = timestamp(tx.Now()), timestamp(tx.Now())
	return putAsset(tx, newAssetID(tx), o)
}

// changeAsset merges a change, which has the store's names, into an asset. The history keeps the body as it was sent.
func changeAsset(tx *simkit.Tx, i *simkit.Item, change, sent simkit.Object) (*simkit.Item, error) {
	change, err := withAttributes(tx, ofAssets, change)
	if err != nil {
		return nil, err
	}
	o := merge(i.Object, change)
	o["updatedAtTime"] = timestamp(tx.Now())
	after, err := putAsset(tx, i.ID, o)
	if err == nil {
		tx.NoteChange(classCollection(simkit.Text(i.Object, "type")), i.ID, sent)
	}
	return after, err
}

func putAsset(tx *simkit.Tx, id string, o simkit.Object) (*simkit.Item, error) {
	if err := checkTagsExist(tx, o); err != nil {
		return nil, err
	}
	if err := checkDecodedVIN(o); err != nil {
		return nil, err
	}
	o["id"] = id
	if err := tx.Put(assets, id, o, externalKeys(o)...); err != nil {
		return nil, err
	}
	after, _ := tx.Get(assets, id)
	return after, nil
}

// classCollection is the admin side's collection of a class of assets.
func classCollection(class string) string {
	switch class {
	case classVehicle:
		return "vehicles"
	case classTrailer:
		return "trailers"
	}
	return assets
}
