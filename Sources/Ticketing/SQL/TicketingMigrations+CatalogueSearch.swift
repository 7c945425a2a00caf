internal import Postgres

/// How concerts are found.
extension TicketingMigrations {
    /// Numbers of published concerts, newest first. What is null is not asked for; `below` is the number behind which a
    /// page begins.
    ///
    /// Rare words are looked up in the index of grams, and what it finds is sorted. Words that a thousand concerts have
    /// are soon met by walking from the newest back. Which of both it is shows by asking the index for a thousand: for
    /// letters that are in none of its statistics the planner's guess is wrong by far. Plans are made anew each time,
    /// because one for all words is good for none.
    static let catalogueSearch = PostgresMigration(
        number: 111, name: "catalogue search",
        sql: """
            CREATE FUNCTION concert_find(
                words text, of_category text, from_time timestamptz, to_time timestamptz, below bigint,
                count_max bigint) RETURNS TABLE (concert_id bigint)
                LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
            DECLARE
                found bigint[];
            BEGIN
                IF words IS NOT NULL THEN
                    found := ARRAY(SELECT concert.id FROM concert
                        WHERE concert.deleted_at IS NULL AND concert.status = 'PUBLISHED'
                            AND concert.grams @> search_needles(words)
                            AND strpos(concert.plain, search_text(words)) > 0
                            AND (of_category IS NULL OR concert.category = of_category) LIMIT 1000);
                END IF;
                IF cardinality(found) < 1000 THEN
                    RETURN QUERY SELECT candidate.id FROM unnest(found) AS candidate (id)
                        WHERE candidate.id < below
                            AND ((from_time IS NULL AND to_time IS NULL) OR EXISTS (SELECT FROM schedule
                                WHERE schedule.concert_id = candidate.id AND schedule.deleted_at IS NULL
                                    AND schedule.status <> 'CANCELED'
                                    AND (from_time IS NULL OR schedule.starts_at >= from_time)
                                    AND (to_time IS NULL OR schedule.starts_at < to_time)))
                        ORDER BY candidate.id DESC LIMIT count_max;
                ELSIF from_time IS NULL AND to_time IS NULL THEN
                    RETURN QUERY SELECT concert.id FROM concert
                        WHERE concert.deleted_at IS NULL AND concert.status = 'PUBLISHED' AND concert.id < below
                            AND (words IS NULL OR strpos(concert.plain, search_text(words)) > 0)
                            AND (of_category IS NULL OR concert.category = of_category)
                        ORDER BY concert.id DESC LIMIT count_max;
                ELSE
                    RETURN QUERY SELECT concert.id FROM concert
                        WHERE concert.deleted_at IS NULL AND concert.status = 'PUBLISHED' AND concert.id < below
                            AND (words IS NULL OR strpos(concert.plain, search_text(words)) > 0)
                            AND (of_category IS NULL OR concert.category = of_category)
                            AND EXISTS (SELECT FROM schedule
                                WHERE schedule.concert_id = concert.id AND schedule.deleted_at IS NULL
                                    AND schedule.status <> 'CANCELED'
                                    AND (from_time IS NULL OR schedule.starts_at >= from_time)
                                    AND (to_time IS NULL OR schedule.starts_at < to_time))
                        ORDER BY concert.id DESC LIMIT count_max;
                END IF;
            END $$;
            """)
}
