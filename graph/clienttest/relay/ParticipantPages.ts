// What Relay itself needs of the schema: connections with edges and cursors, and refetching through node(id).
import { graphql } from 'relay-runtime';

export const pages = graphql`
  query ParticipantPagesQuery($programme: ID!, $count: Int!, $cursor: PageCursor) {
    participants(programme: $programme, first: $count, after: $cursor) @connection(key: "ParticipantPages_participants") {
      edges {
        node {
          id
          ...ParticipantPages_register
        }
      }
    }
  }
`;

export const register = graphql`
  fragment ParticipantPages_register on Participant
  @refetchable(queryName: "ParticipantPagesRegisterQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "PageCursor" }) {
    attendances(first: $count, after: $cursor) @connection(key: "ParticipantPages_attendances") {
      edges {
        node {
          id
          day
          minutes
        }
      }
    }
  }
`;

export const updated = graphql`
  subscription ParticipantPagesSubscription($programme: ID!) {
    attendanceUpdates(programme: $programme) {
      kind
      removedId @deleteRecord
      subject {
        id
        standing
        participant {
          id
          ...ParticipantPages_register
        }
      }
    }
  }
`;
