// How an app uses the generated documents: what must compile, and what must not.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { createClient as overEvents } from 'graphql-sse';
import { createClient as overSocket } from 'graphql-ws';
import { followFeed, standing, type Feed } from '../client/feed';
import {
  AttendanceFeedSubscriptionDocument,
  ParticipantListQueryDocument,
  RecordAttendanceMutationDocument,
  type ParticipantList_PersonFragmentDoc as PersonFragment,
} from './build/gql/graphql';
import { useFragment as unmask } from './build/gql';
import { ParticipantList_PersonFragmentDoc } from './build/gql/graphql';

export const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: '/graphql' }) });

export async function names(programme: string): Promise<string[]> {
  const { data } = await client.query({ query: ParticipantListQueryDocument, variables: { programme, first: 10 } });
  return (data?.participants.nodes ?? []).map(({ person }) => {
    const shown = unmask(ParticipantList_PersonFragmentDoc satisfies typeof PersonFragment, person);
    return [shown?.givenName ?? '', shown?.familyName ?? ''].join(' ');
  });
}

export async function record(enrolment: string, day: string): Promise<number> {
  const { data } = await client.mutate({
    mutation: RecordAttendanceMutationDocument,
    variables: { input: { entries: [{ enrolment, day, from: '09:00', to: '13:00' }] } },
  });
  const minutes: number | undefined = data?.recordAttendance.answers[0]?.attendance?.minutes;
  return minutes ?? 0;
}

export function follow(programme: string, read: () => Promise<string>): Feed[] {
  const clients = [
    overSocket({ url: 'wss://lavoro.example.org/graphql', ...standing }),
    overEvents({ url: 'https://lavoro.example.org/graphql', retryAttempts: Infinity }),
  ];
  return clients.map((through) => followFeed({
    client: through,
    document: AttendanceFeedSubscriptionDocument,
    variables: { programme },
    read,
    onEntered: ({ subject }) => subject?.enrolment?.countedMinutes satisfies number | undefined,
    onLeft: (id) => client.cache.evict({ id: client.cache.identify({ __typename: 'Attendance', id })! }),
  }));
}

export async function refused() {
  // @ts-expect-error the programme is required
  await client.query({ query: ParticipantListQueryDocument, variables: {} });
  // @ts-expect-error an entry names its enrolment
  await client.mutate({ mutation: RecordAttendanceMutationDocument, variables: { input: { entries: [{ day: '2026-11-02', from: '09:00', to: '13:00' }] } } });
  // @ts-expect-error a feed names its programme
  followFeed({ client: overSocket({ url: 'wss://lavoro.example.org/graphql' }), document: AttendanceFeedSubscriptionDocument, variables: {}, read: async () => '' });
}
