package sim

import (
	"errors"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The defect lists, and the built-in groups that they are below.
const (
	vehicleDefects    = "GroupVehicleDefectsId"
	trailerDefects    = "GroupTrailerDefectsId"
	vehicleDefectList = 0x278A
	trailerDefectList = 0x2800
	trailerTires      = 0x2813
	lastSeededGroup   = 0x28FF
)

// builtIn are groups that every database has: id, parent, name. Which powertrain groups there are is told by Geotab's
// release notes of 8.0 (geotab.github.io/sdk/resources/new, read 2026-11-27), and which of them is below which follows
// from the order there.
const builtIn = `
GroupCompanyId - Company Group
GroupAssetInformationId GroupCompanyId Asset Information
GroupAssetTypeId GroupAssetInformationId Asset Type
GroupVehicleId GroupAssetTypeId Vehicle
GroupTrailerId GroupAssetTypeId Trailer
GroupPowertrainAndFuelTypeId GroupAssetInformationId Powertrain and Fuel Type
GroupManuallyClassifiedPowertrainId GroupPowertrainAndFuelTypeId Manually Classified Powertrain
GroupElectricHybridPluginId GroupPowertrainAndFuelTypeId Electric, Hybrid and Plug-in
GroupBatteryElectricVehicleId GroupElectricHybridPluginId Battery Electric Vehicle (BEV)
GroupPluginHybridElectricVehicleId GroupElectricHybridPluginId Plug-in Hybrid Electric Vehicle (PHEV)
GroupFuelCellElectricVehicleId GroupElectricHybridPluginId Fuel Cell Electric Vehicle (FCEV)
GroupInternalCombustionEngineId GroupPowertrainAndFuelTypeId Internal Combustion Engine (ICE)
GroupBiodieselId GroupInternalCombustionEngineId Biodiesel
GroupCompressedNaturalGasId GroupInternalCombustionEngineId Compressed Natural Gas
GroupDieselId GroupInternalCombustionEngineId Diesel
GroupEthanolId GroupInternalCombustionEngineId Ethanol
GroupGasolinePetrolId GroupInternalCombustionEngineId Gasoline/Petrol
GroupLiquifiedNaturalGasId GroupInternalCombustionEngineId Liquified Natural Gas
GroupPropaneLiquifiedPetroleumGasId GroupInternalCombustionEngineId Propane/Liquified Petroleum Gas
GroupDriverActivityGroupId GroupCompanyId Driver Activity Group
GroupPersonalGroupId GroupDriverActivityGroupId Personal
GroupBusinessGroupId GroupDriverActivityGroupId Business
b2781 GroupCompanyId West
b2782 GroupCompanyId East
GroupSecurityId - Security Group
GroupEverythingSecurityId GroupSecurityId **EverythingSecurity**
GroupSupervisorSecurityId GroupSecurityId **SupervisorSecurity**
GroupUserSecurityId GroupSecurityId **UserSecurity**
GroupDriveUserSecurityId GroupSecurityId **DriveUserSecurity**
GroupViewOnlySecurityId GroupSecurityId **ViewOnlySecurity**
GroupNothingSecurityId GroupSecurityId **NothingSecurity**
GroupPrivateUserId - Private User Group
GroupDefectsId - Defects
GroupVehicleDefectsId GroupDefectsId Vehicle Defects
GroupTrailerDefectsId GroupDefectsId Trailer Defects`

// The parts of the lists and their defects, as "part: defect, defect".
const (
	vehicleParts = `
Air Compressor: Leaking, Low pressure
Air Lines: Leaking, Chafed
Battery: Loose, Corroded
Belts/Hoses: Worn, Leaking
Brakes: Out of adjustment, Slow to release
Brake Accessories: Damaged
Clutch: Slipping
Coupling Devices: Damaged
Defroster/Heater: Not working
Drive Line: Noise
Engine: Leaking, Warning light
Exhaust: Leaking
Fluid Levels: Low
Frame Assembly: Cracked
Front Axle: Damaged
Fuel Tanks: Leaking
Horn: Not working
Lights Front: Not working
Lights Rear: Not working
Mirrors: Cracked, Missing
Muffler: Loose
Oil Pressure: Low
Radiator: Leaking
Safety Equipment: Missing
Steering Wheel: Loose
Suspension: Damaged
Tires: Flat, Worn
Transmission: Leaking
Wheels/Rims: Cracked
Windshield Wipers: Worn
Other: `
	trailerParts = `
Brake Connections: Leaking
Brakes: Out of adjustment
Coupling Devices: Damaged
Doors: Do not close
Landing Gear: Bent
Lights General: Not working
Reflectors: Missing
Roof: Damaged
Suspension: Damaged
Tires: Flat, Worn
Wheels: Cracked
Other: `
)

func seedGroups(tx *simkit.Tx) error {
	for line := range strings.Lines(strings.TrimSpace(builtIn)) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		parent, name, _ := strings.Cut(rest, " ")
		if err := sowGroup(tx, id, strings.TrimPrefix(parent, "-"), name); err != nil {
			return err
		}
	}
	return errors.Join(
		sowDefects(tx, vehicleDefectList, vehicleDefects, "Vehicle inspection\n"+strings.TrimSpace(vehicleParts)),
		sowDefects(tx, trailerDefectList, trailerDefects, "Trailer inspection\n"+strings.TrimSpace(trailerParts)),
		tx.Put(counters, groups, simkit.Object{"last": int64(lastSeededGroup)}),
	)
}

// sowDefects makes a defect list: a group for the list, below it one for each part, below these the defects. The first
// line is the name of the list, and ids count from the one of the list.
func sowDefects(tx *simkit.Tx, list int64, parent, lines string) error {
	name, parts, _ := strings.Cut(lines, "\n")
	if err := sowGroup(tx, idOf(list), parent, name); err != nil {
		return err
	}
	next := list
	sow := func(parent int64, name string) error {
		next++
		return sowGroup(tx, idOf(next), idOf(parent), strings.TrimSpace(name))
	}
	for line := range strings.Lines(parts) {
		part, defects, _ := strings.Cut(line, ":")
		if err := sow(list, part); err != nil {
			return err
		}
		of := next
		for defect := range strings.SplitSeq(strings.TrimSpace(defects), ",") {
			if defect == "" {
				continue
			}
			if err := sow(of, defect); err != nil {
				return err
			}
		}
	}
	return nil
}

func sowGroup(tx *simkit.Tx, id, parent, name string) error {
	return tx.Put(groups, id, simkit.Object{"id": id, "name": name, parentMember: parent})
}

// isDefectList tells whether a group is the top of a defect list.
func isDefectList(tx *simkit.Tx, id string) bool {
	parent := parentOf(tx, id)
	return parent == vehicleDefects || parent == trailerDefects
}
