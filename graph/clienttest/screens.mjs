// What a screen about each concept would show; the acts' payloads carry the same.
export const shown = {
  participant: `participant {
    id state stateLabel stateSince enteredOn leftOn revision
    caseManager { id name } tutor { id name }
    exclusionChecks { id checkedOn outcome evidence measure { id code } }
    verdicts { id outcome findings { id rule outcome } } verdict { id outcome }
    entrySnapshot { id takenOn isced employment }
    allowedActs { act allowed refusals { code } }
  }`,
  company: 'company { id name headcount revision sites { id name headcount internLimit } contacts { id name } }',
  opening: 'opening { id title state seats seatsTaken revision company { id openings { id title state } } }',
  closure: 'closure { id fromDay toDay reason withdrawnAt revision company { id closures { id withdrawnAt } } }',
  match: 'match { id state stateLabel revision declineReason { id } allowedActs { act allowed refusals { code } } }',
  placement: `placement {
    id state stateLabel stateSince fromDay toDay convention pfiSignedOn communicatedOn communicationCode startedOn endedOn revision
    steps { id act fromState toState day } extensions { id version toDay communicatedOn } enrolment { id state } allowedActs { act allowed refusals { code } }
    participant { id placements { id state } matches { id state } } opening { id state seatsTaken }
  }`,
  internship: `{
    id state stateLabel stateSince fromDay toDay convention pfiSignedOn communicatedOn communicationCode startedOn endedOn revision
    steps { id act fromState toState day } extensions { id version toDay communicatedOn } enrolment { id state } allowedActs { act allowed refusals { code } }
    participant { id placements { id state } } opening { id state seatsTaken }
  }`,
  enrolment: `enrolment {
    id state stateLabel revision countedMinutes
    participant { id enrolments { id state } certificates { id givenOn } }
    activity { id seatsTaken enrolments { id state } }
  }`,
  attendance: `attendance {
    id kind day from to minutes standing revision
    enrolment { id countedMinutes attendances(first: 50) { nodes { id day from to minutes standing revision } } }
  }`,
  register: '{ id countedMinutes attendances(first: 50) { nodes { id day from to minutes standing revision } } }',
  activity: 'activity { id title place plannedMinutes seats seatsTaken revision }',
  allowance: 'allowance { id month minutes total cap revision participant { id allowances { id month total revision } } }',
};

// onScreen is what a screen about an object shows; fields default to those that the acts' payloads carry.
export function onScreen(type, id, fields = shown[type.toLowerCase()]) {
  return { type, id, fields: fields.slice(fields.indexOf('{') + 1, fields.lastIndexOf('}')) };
}

export const made = (type, id, fields) => ({ ...onScreen(type, id, fields), isNew: true });
