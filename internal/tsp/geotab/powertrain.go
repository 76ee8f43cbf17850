package geotab

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// powertrains are Geotab's built-in groups for our engine types (geotab.github.io/sdk/resources/new, release 8.0,
// read 2026-11-27). It has none for engines of methanol and of hydrogen, and none for hybrids without a plug.
func powertrains() map[string]string {
	return map[string]string{
		"GASOLINE": "GroupGasolinePetrolId", "DIESEL": "GroupDieselId", "ETHANOL": "GroupEthanolId",
		"PROPANE": "GroupPropaneLiquifiedPetroleumGasId", "LPG": "GroupPropaneLiquifiedPetroleumGasId",
		"CNG": "GroupCompressedNaturalGasId", "LNG": "GroupLiquifiedNaturalGasId",
		"ELECTRICITY": "GroupBatteryElectricVehicleId",
	}
}

const manuallyClassified = "GroupManuallyClassifiedPowertrainId"

// powertrainTree are all groups that tell of a powertrain; a device is of one, beside the one that says that
// people told it.
func powertrainTree() []string {
	return append(slices.Collect(maps.Values(powertrains())), manuallyClassified, "GroupPowertrainAndFuelTypeId",
		"GroupElectricHybridPluginId", "GroupPluginHybridElectricVehicleId", "GroupFuelCellElectricVehicleId",
		"GroupInternalCombustionEngineId", "GroupBiodieselId", "GroupOtherFuelId")
}

// withPowertrain are groups with the powertrain of an engine type in place of any other.
func withPowertrain(groups []looseRef, engine string) []ref {
	var out []ref
	for _, id := range groups {
		if !slices.Contains(powertrainTree(), string(id)) {
			out = append(out, ref{resource.SourceID(id)})
		}
	}
	return append(out, refs(powertrains()[engine], manuallyClassified)...)
}

// engineOf is the engine type that groups tell, or "". Propane and other liquefied gas are one group.
func engineOf(groups []looseRef) string {
	for _, engine := range slices.Backward(slices.Sorted(maps.Keys(powertrains()))) {
		if slices.ContainsFunc(groups, func(id looseRef) bool { return strings.EqualFold(string(id), powertrains()[engine]) }) {
			return engine
		}
	}
	return ""
}

func powered() []string { return slices.Sorted(maps.Keys(powertrains())) }
